import Audio
import SpeechDetection
import Testing

@Suite("Start of a stream")
struct WarmUpTests {
    private static var rules: TurnDetection {
        var rules = TurnDetection(
            threshold: 0.5,
            smoothing: 0,
            prefixPadding: 0,
            suffixPadding: 0,
            hangover: 5,
            minimumSpeech: 3
        )
        rules.mergeGap = 2
        rules.warmUp = 10
        rules.warmUpPeak = 0.8
        return rules
    }

    private static func events(_ scores: [Float]) -> [Segmenter.Event] {
        var segmenter = Segmenter(frameLength: 1, turnDetection: rules, maximumUtterance: 1_000)
        return scores.flatMap { segmenter.advance(score: $0, energy: 50) }
    }

    @Test("Takes no middling score for speech, however long, until the warm-up is over")
    func noise() {
        #expect(Self.events([0, 0.7, 0.7, 0.7, 0.7, 0, 0, 0]) == [])
        #expect(Self.events(Array(repeating: 0, count: 10) + [0.7, 0.7, 0.7]) == [.started(at: 10)])
    }

    @Test("Begins an utterance where its first word began, once one frame of it is sure")
    func speech() {
        #expect(Self.events([0, 0.7, 0.7, 0.7, 0.7, 0.8]) == [.started(at: 1)])
        #expect(Self.events([0.9, 0.6, 0.6]) == [.started(at: 0)])
    }

    @Test("Goes on with what began in the warm-up")
    func late() {
        #expect(Self.events([0, 0] + Array(repeating: 0.7, count: 9)) == [.started(at: 2)])
    }
}
