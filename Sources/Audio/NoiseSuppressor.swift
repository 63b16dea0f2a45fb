import CWebRTCAudio

/// Takes steady noise, rumble and a DC offset out of a stream at `SampleClock.rate`.
///
/// The work is the WebRTC project's (a Wiener filter over an estimate of the noise, behind a high-pass filter). It learns
/// the noise in the first second. The output lags the input by at most 16 ms until `drain(into:)`, but is aligned with
/// it: sample 0 of the output is sample 0 of the input, and as many come out as went in. However the input is split, the
/// output is the same.
public final class NoiseSuppressor {
    private let handle: OpaquePointer
    /// Samples of a frame that is not whole yet.
    private var frame: [Int16] = []
    /// Samples that went in and have not come out yet.
    private var owed = 0
    /// Samples of the output to come that are older than the stream.
    private var stale = lag

    private static let frameLength = Int(STENO_WEBRTC_APM_FRAME)
    private static let lag = Int(STENO_WEBRTC_APM_DELAY)

    /// - Parameter gainControl: Whether quiet speech is raised, and loud speech lowered, to one level.
    /// - Throws: `NoiseSuppressorError.outOfMemory`.
    public init(_ reduction: NoiseReduction, gainControl: Bool = false) throws(NoiseSuppressorError) {
        guard let handle = steno_webrtc_apm_create(reduction.level, gainControl ? 1 : 0) else { throw .outOfMemory }
        self.handle = handle
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
        stale = Self.lag
    }

    /// Forgets everything that has not come out yet, and the noise.
    public func reset() {
        steno_webrtc_apm_reset(handle)
        frame.removeAll(keepingCapacity: true)
        owed = 0
        stale = Self.lag
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
    /// The library's level, 0...3.
    fileprivate var level: Int32 {
        switch self {
        case .nearField: 1
        case .farField: 2
        }
    }
}

/// Why there is no suppressor.
public enum NoiseSuppressorError: Error, Equatable, CustomStringConvertible {
    case outOfMemory

    public var description: String { "No memory for the noise suppressor" }
}
