import CWebRTCAudio

/// Takes rumble and a DC offset out of a stream at `SampleClock.rate`, and, as asked, steady noise and differences of level.
///
/// The work is the WebRTC project's: a high-pass filter, a Wiener filter over an estimate of the noise, which is learned in
/// the first second, and a digital gain control. The output lags the input by at most 16 ms until `drain(into:)`, but is
/// aligned with it: sample 0 of the output is sample 0 of the input, and as many come out as went in. However the input is
/// split, the output is the same.
public final class AudioEnhancer {
    private let handle: OpaquePointer
    /// Samples of a frame that is not whole yet.
    private var frame: [Int16] = []
    /// Samples that went in and have not come out yet.
    private var owed = 0
    /// Samples of the output to come that are older than the stream.
    private var stale: Int
    private let lag: Int

    private static let frameLength = Int(STENO_WEBRTC_APM_FRAME)

    /// - Throws: `AudioEnhancerError.outOfMemory`.
    public init(_ enhancement: AudioEnhancement) throws(AudioEnhancerError) {
        let level = enhancement.noiseReduction?.level ?? STENO_WEBRTC_APM_NO_SUPPRESSION
        guard let handle = steno_webrtc_apm_create(level, enhancement.gainControl ? 1 : 0) else { throw .outOfMemory }
        self.handle = handle
        lag = Int(steno_webrtc_apm_delay(handle))
        stale = lag
        frame.reserveCapacity(Self.frameLength)
    }

    deinit { steno_webrtc_apm_destroy(handle) }

    /// Takes the next samples of the input and appends what is ready of the output.
    public func process(_ input: [Int16], into samples: inout [Int16]) {
        owed += input.count
        var rest = input[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.frameLength - frame.count)
            frame += piece
            rest = rest.dropFirst(piece.count)
            if frame.count == Self.frameLength { flushFrame(into: &samples) }
        }
    }

    /// Appends what is left of the output; the next input begins a new stretch, with what was learned of the noise.
    public func drain(into samples: inout [Int16]) {
        while owed > 0 {
            frame += repeatElement(0, count: Self.frameLength - frame.count)
            flushFrame(into: &samples)
        }
        stale = lag
    }

    /// Forgets everything that has not come out yet, and the noise.
    public func reset() {
        steno_webrtc_apm_reset(handle)
        frame.removeAll(keepingCapacity: true)
        owed = 0
        stale = lag
    }

    private func flushFrame(into samples: inout [Int16]) {
        frame.withUnsafeMutableBufferPointer { frame in
            // It fails for formats that a frame cannot have here; the samples are then as they came.
            if let first = frame.baseAddress { _ = steno_webrtc_apm_process(handle, first) }
        }
        let skipped = min(stale, frame.count)
        let ready = frame.dropFirst(skipped).prefix(owed)
        samples += ready
        stale -= skipped
        owed -= ready.count
        frame.removeAll(keepingCapacity: true)
    }
}

extension NoiseReduction {
    /// The library's level.
    fileprivate var level: Int32 {
        switch self {
        case .nearField: 1
        case .farField: 2
        }
    }
}

/// Why there is no enhancer.
public enum AudioEnhancerError: Error, Equatable, CustomStringConvertible {
    case outOfMemory

    public var description: String { "No memory to enhance audio" }
}
