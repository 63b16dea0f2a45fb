/// Finds where speech really began and ended, once it is known that there is some.
///
/// A detector is late at both ends, but not in the same way. At the onset it misses what is soft, with a long tail:
/// fricatives, breathy beginnings. At the offset it fades over a few frames. So the onset is looked for far back, and the
/// offset nearby, each with the help of the level: a frame is quiet when it is hardly louder than the quietest around it.
struct SpeechEdges {
    /// Below this score a frame is no speech by itself.
    static let floorScore: Float = 0.1
    /// How far above the quietest frame in reach a frame before the onset is still quiet, in dB.
    static let onsetMargin: Float = 6
    /// The same at the offset, where reverberation and breath follow.
    static let offsetMargin: Float = 8
    /// In noise as loud as the end of speech, a frame with this score is speech.
    static let clearScore: Float = 0.7

    /// - Parameters:
    ///   - first: Age of the first voiced frame.
    ///   - frames: The most frames to go back.
    /// - Returns: The age of the first frame of the speech, at least `first`: behind the last one that is neither speech
    ///   nor loud.
    static func onset(before first: Int, in history: FrameHistory, frames: Int) -> Int {
        let last = min(first + frames, history.count)
        guard last > first else { return first }
        let quiet = lowest(history, ages: first + 1...last) + onsetMargin
        return (first + 1...last).first { history[$0].score < floorScore && history[$0].level <= quiet }
            .map { $0 - 1 } ?? last
    }

    /// - Parameters:
    ///   - last: Age of the last voiced frame.
    ///   - frames: The most frames to go back; twice as many may be gone forth, as reverberation lasts.
    /// - Returns: The age of the last frame of the speech. When `last` is loud, that is the last of the loud ones that
    ///   follow it. When it is quiet, the last loud one before it, or, where there is none, the last clear one.
    static func offset(after last: Int, in history: FrameHistory, frames: Int) -> Int {
        guard frames > 0, last <= history.count else { return last }
        let reach = max(1, last - 2 * frames)...min(history.count, last + frames)
        let quiet = lowest(history, ages: reach) + offsetMargin
        if history[last].level > quiet {
            return (reach.lowerBound...last).last { history[$0].level <= quiet }.map { $0 + 1 } ?? reach.lowerBound
        }
        let before = last...reach.upperBound
        if let loud = before.first(where: { history[$0].level > quiet }) { return loud }
        return before.first { history[$0].score >= clearScore } ?? last
    }

    private static func lowest(_ history: FrameHistory, ages: ClosedRange<Int>) -> Float {
        ages.reduce(Float.infinity) { min($0, history[$1].level) }
    }
}
