import Audio
import TestSupport
import Testing

@testable import SpeechDetection

@Suite("Score track")
struct ScoreTrackTests {
    @Test("Counts each frame in the range in which it ends, as one look at all frames does", arguments: 0..<200)
    func definition(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let length = Int.random(in: 1...5, using: &random)
        var track = ScoreTrack(frameLength: length)
        var frames: [(start: SamplePosition, score: Float)] = []
        var position: SamplePosition = 0
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            // A stream goes on within a frame after a commit.
            let hasGap = Int.random(in: 0..<5, using: &random) == 0
            if hasGap { position += SamplePosition(Int.random(in: 0..<9, using: &random)) }
            let score = Float(Int.random(in: 0...10, using: &random)) / 10
            frames.append((position, score))
            track.append(score, at: position)
            position += SamplePosition(length)
        }
        let kept = SamplePosition(Int.random(in: 0...Int(position), using: &random))
        track.drop(before: kept)
        let start = SamplePosition(Int.random(in: Int(kept)...Int(position), using: &random))
        let range = start..<SamplePosition(Int.random(in: Int(start)...Int(position), using: &random))

        let inside = frames.filter {
            let end = $0.start + SamplePosition(length)
            return end > range.lowerBound && end <= range.upperBound
        }
        let expected = ScoreTrack.Evidence(
            peak: inside.map(\.score).max() ?? 0,
            voiced: inside.count { $0.score >= 0.5 } * length
        )
        #expect(track.evidence(in: range, exitThreshold: 0.5) == expected)
    }

    @Test("Holds no frame that was dropped")
    func bound() {
        var track = ScoreTrack(frameLength: 10)
        for index in 0..<1_000 {
            track.append(1, at: SamplePosition(10 * index))
            track.drop(before: SamplePosition(10 * index))
            #expect(track.count <= 1)
        }
    }
}
