import Audio
import Testing

@testable import SpeechDetection

@Suite("Runs of speech")
struct SpeechRunsTests {
    @Test("Are frames at or above the threshold, with short gaps bridged")
    func runs() {
        // Frames of 100 ms.
        let runs = SpeechRuns(scores: [0, 0.4, 0.3, 0.4, 0.1, 0, 0.9, 0], frameLength: 1_600, threshold: 0.4)
        #expect(runs.ranges == [1_600..<6_400, 9_600..<11_200])
        #expect(SpeechRuns(scores: [0, 0.3], frameLength: 1_600, threshold: 0.4).ranges.isEmpty)
    }

    @Test("Are looked at through a range, and from a position on")
    func ranges() {
        let runs = SpeechRuns([10..<20, 30..<40])
        #expect(runs.clamped(to: 15..<35) == [15..<20, 30..<35])
        #expect(runs.clamped(to: 20..<30).isEmpty)
        #expect([0, 10, 19, 20, 39, 40].map { runs.voice(from: $0) } == [10, 10, 19, 30, 39, nil])
    }
}
