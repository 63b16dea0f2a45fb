import CWebRTCAudio

/// The WebRTC project's detector (a Gaussian mixture over six bands), behind an energy gate.
///
/// Scores are 0 or 1. The gate is needed because the detector alone takes steady hum for speech, for ever.
public final class WebRTCDetector: VoiceActivityDetector {
    /// 20 ms.
    public let frameLength = 320

    private let handle: OpaquePointer
    private var gate = EnergyGate()

    /// A detector in mode 3, which passes the least noise on.
    ///
    /// - Throws: `DetectorError.outOfMemory`.
    public init() throws(DetectorError) {
        guard let handle = steno_webrtc_vad_create(3) else { throw .outOfMemory }
        self.handle = handle
    }

    deinit { steno_webrtc_vad_destroy(handle) }

    public func score(_ frame: Span<Int16>) -> Float {
        let isLoud = gate.isOpen(frame)
        let isSpeech = frame.withUnsafeBufferPointer { samples in
            guard let first = samples.baseAddress else { return false }
            return steno_webrtc_vad_process(handle, first, samples.count) == 1
        }
        return isLoud && isSpeech ? 1 : 0
    }

    public func reset() {
        steno_webrtc_vad_reset(handle)
        gate = EnergyGate()
    }
}

/// Why there is no detector.
public enum DetectorError: Error, Equatable, CustomStringConvertible {
    case outOfMemory

    public var description: String { "No memory for the voice activity detector" }
}
