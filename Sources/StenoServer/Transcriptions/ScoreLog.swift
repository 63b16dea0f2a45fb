import SpeechDetection
import Synchronization

/// What a detector said of a file, frame by frame, for whoever wants to know after the session that used it.
final class ScoreLog: Sendable {
    private struct State {
        var frameLength = 1
        var scores: [Float] = []
    }

    private let state = Mutex(State())

    /// Where there was a voice: in frames with at least `threshold`.
    func runs(threshold: Float) -> SpeechRuns {
        let heard = state.withLock { $0 }
        return SpeechRuns(scores: heard.scores, frameLength: heard.frameLength, threshold: threshold)
    }

    /// Takes the score of the next frame, which follows the one before without a gap.
    fileprivate func append(_ score: Float, frameLength: Int) {
        state.withLock { state in
            state.frameLength = frameLength
            state.scores.append(score)
        }
    }
}

/// A detector whose scores are written down.
final class LoggedDetector: VoiceActivityDetector {
    private let detector: any VoiceActivityDetector
    private let log: ScoreLog

    init(_ detector: any VoiceActivityDetector, log: ScoreLog) {
        self.detector = detector
        self.log = log
    }

    var frameLength: Int { detector.frameLength }

    func score(_ frame: Span<Int16>) -> Float {
        let score = detector.score(frame)
        log.append(score, frameLength: frameLength)
        return score
    }

    func reset() { detector.reset() }
}
