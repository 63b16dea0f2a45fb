import Audio
import SpeechDetection
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Segmentation")
struct SegmentationTests {
    /// Says 1 for frames that hold anything but zeros.
    private final class SoundDetector: VoiceActivityDetector {
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
        return Segmentation(of: samples, by: SoundDetector(), settings: settings, hasWordTimes: false)
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

    @Test(
        "Cuts where a session cuts the same stream, whoever hears it enhanced",
        arguments: [nil] + AudioEnhancement.Listener.allCases
    )
    func session(listener: AudioEnhancement.Listener?) async throws {
        var settings = SessionHarness.settings
        if let listener {
            settings.enhancement = AudioEnhancement(noiseReduction: .nearField, gainControl: true, listener: listener)
        }
        var generator = SeededGenerator(seed: 7)
        let samples = (0..<40).flatMap { burst in
            (0..<1_700).map { _ in burst % 3 == 0 ? 0 : Int16.random(in: -9_000...9_000, using: &generator) }
        }

        let harness = SessionHarness(settings: settings)
        for index in 0..<100 { harness.transcriber.answer(index, .success(Transcript(text: "text"))) }
        try await harness.run { harness in
            for start in stride(from: 0, to: samples.count, by: 1_111) {
                let piece = [Int16](samples[start..<min(start + 1_111, samples.count)])
                await harness.send(.append(audio: PCM16.bytes(piece), rate: nil))
            }
        }

        let heard = harness.told.compactMap { if case .transcribed(let item, _) = $0 { item.range } else { nil } }
        let segmentation = Segmentation(of: samples, by: LoudnessDetector(), settings: settings, hasWordTimes: false)
        #expect(segmentation.segments.map(\.range) == heard)
        #expect(heard.count > 3)
    }
}
