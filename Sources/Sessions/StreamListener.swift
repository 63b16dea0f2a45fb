import Audio
import SpeechDetection
import Transcription

/// A detector that hears a session's whole stream, with or without turn detection, and remembers what it heard.
struct StreamListener {
    private let detector: any VoiceActivityDetector
    private var scores: ScoreTrack
    /// The detector has heard what lies before this sample, or never will.
    private(set) var position: SamplePosition = 0

    init(detector: any VoiceActivityDetector) {
        self.detector = detector
        scores = ScoreTrack(frameLength: detector.frameLength)
    }

    /// Hears the next frame; `nil` when it is not whole yet.
    mutating func hear(_ buffer: SignalBuffer) -> ScoredFrame? {
        let start = max(position, buffer.start)
        let end = start + SamplePosition(scores.frameLength)
        guard end <= buffer.end else { return nil }

        let frame = buffer.withScored(start..<end) { ScoredFrame($0, by: detector) }
        scores.append(frame.score, at: start)
        position = end
        return frame
    }

    /// What was heard in `range` under these rules.
    func evidence(in range: Range<SamplePosition>, exitThreshold: Float) -> VoiceEvidence {
        let evidence = scores.evidence(in: range, exitThreshold: exitThreshold)
        return VoiceEvidence(peak: evidence.peak, voiced: evidence.voiced)
    }

    /// Goes on at a later sample; what is left of a frame before it is not heard.
    mutating func skip(to position: SamplePosition) { self.position = max(self.position, position) }

    /// Forgets the stream so far, as when what comes does not follow it.
    mutating func reset(at position: SamplePosition) {
        detector.reset()
        scores.drop(before: position)
        skip(to: position)
    }

    /// Forgets what was heard before `position`.
    mutating func drop(before position: SamplePosition) { scores.drop(before: position) }
}
