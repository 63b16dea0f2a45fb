import Logging
import SpeechDetection

extension DetectorFactory {
    /// Tells the operator when a better detector was meant to be there and is not.
    func warnOfFallback(to logger: Logger) {
        if let fallbackReason {
            logger.warning(
                "Using the WebRTC detector, which takes more noise for speech than Silero; set VAD=webrtc to want that",
                metadata: ["steno.detector.reason": "\(fallbackReason)"]
            )
        }
    }
}
