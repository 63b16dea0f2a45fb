import Audio
import SpeechDetection
import Testing

@testable import Sessions

@Suite("Segmentation")
struct SegmentationTests {
    /// Says 1 for frames that hold anything but zeros.
    private final class LoudnessDetector: VoiceActivityDetector {
        let frameLength = 160
        func score(_ frame: Span<Int16>) -> Float { frame[0] == 0 ? 0 : 1 }
        func reset() {}
    }

    private static func segmentation(_ samples: [Int16], maximum: Int = 1 << 20) -> Segmentation {
        var rules = TurnDetection(
            threshold: 0.5,
            smoothing: 0,
            prefixPadding: 320,
            suffixPadding: 160,
            hangover: 480,
            minimumSpeech: 160
        )
        rules.hysteresis = 0
        var settings = SessionSettings(turnDetection: rules, maximumUtterance: maximum)
        settings.overlap = 0
        return Segmentation(of: samples, by: LoudnessDetector(), settings: settings)
    }

    @Test("Holds a score for each whole frame, and the utterances")
    func cuts() {
        let samples =
            [Int16](repeating: 0, count: 1_600) + [Int16](repeating: 500, count: 800)
            + [Int16](repeating: 0, count: 1_650)
        let segmentation = Self.segmentation(samples)
        #expect(segmentation.length == 4_050)
        #expect(segmentation.frames.map(\.score) == (0..<25).map { (10..<15).contains($0) ? 1 : 0 })
        #expect(segmentation.segments == [.init(1_280..<2_560, .silence)])
        #expect(segmentation.scores(in: segmentation.segments[0]) == [0, 0, 1, 1, 1, 1, 1, 0])
    }

    @Test("Ends what is open with the recording, in the frame that is not whole")
    func end() {
        let samples = [Int16](repeating: 500, count: 1_650)
        #expect(Self.segmentation(samples).segments == [.init(0..<1_650, .endOfStream)])
    }

    @Test("Cuts nothing out of less than a frame", arguments: [0, 1, 159])
    func short(length: Int) {
        let segmentation = Self.segmentation([Int16](repeating: 500, count: length))
        #expect(segmentation == Segmentation(length: length, frameLength: 160, frames: [], segments: []))
    }
}
