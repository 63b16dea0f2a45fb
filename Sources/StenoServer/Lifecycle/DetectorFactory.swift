import Logging
import SpeechDetection

/// Makes the voice activity detector of each session.
struct DetectorFactory: Sendable {
    let settings: DetectorSettings

    /// - Throws: `DetectorError` when there is no memory for one more.
    func make() throws(DetectorError) -> any VoiceActivityDetector {
        switch settings.detector {
        case .silero(let network): SileroDetector(network: network)
        case .webRTC: try WebRTCDetector()
        }
    }

    /// Tells the operator when a better detector was meant to be there and is not.
    func warnOfFallback(to logger: Logger) {
        if let reason = settings.fallbackReason {
            logger.warning(
                "Using the WebRTC detector, which takes more noise for speech than Silero; set VAD=webrtc to want that",
                metadata: ["steno.detector.reason": "\(reason)"]
            )
        }
    }
}
