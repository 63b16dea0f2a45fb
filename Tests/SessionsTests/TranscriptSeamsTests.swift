import Audio
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Transcript seams")
struct TranscriptSeamsTests {
    /// A word and when it was said, in samples from the start of the stream.
    struct Said {
        var text: String
        var range: Range<Int>
    }

    static func item(_ range: Range<SamplePosition>) -> SessionEvent.Item { .init(id: "item", range: range) }

    /// What an engine says of an utterance; it hears words that are cut off as others.
    static func heard(
        _ said: [Said],
        _ range: Range<SamplePosition>,
        _ context: Utterance.Context,
        shift: Int = 0
    ) -> Transcript {
        let audio = Int(range.lowerBound) - context.left..<Int(range.upperBound) + context.right
        let words = said.filter { $0.range.overlaps(audio) }.map { word in
            let part = word.range.clamped(to: audio)
            let start = max(0, part.lowerBound - audio.lowerBound + shift)
            return Transcript.Word(
                text: part == word.range ? word.text : "cut",
                range: start..<max(start, part.upperBound - audio.lowerBound + shift)
            )
        }
        return Transcript(text: words.map(\.text).joined(separator: " "), words: words)
    }

    static func texts(_ events: [SessionEvent]) -> String {
        events.compactMap { if case .transcribed(_, let transcript) = $0 { transcript.text } else { nil } }
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    @Test("Keep why a transcript was rejected")
    func rejection() {
        var seams = TranscriptSeams()
        let event = SessionEvent.transcribed(Self.item(0..<16_000), Transcript(rejected: .weakVoice))
        #expect(seams.settled(event, Utterance.Context(left: 0, right: 8_000)) == event)
    }

    /// Words of 100 to 500 ms without a pause, cut every 4 to 6 s anywhere, with half a second on either side of a seam,
    /// and times that are off by up to 30 ms.
    @Test("Say every word once, whatever it is that lies on the seam", arguments: 0..<300)
    func everyWordOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var said: [Said] = []
        var end = 0
        for number in 0..<80 {
            let start = end
            end += Int.random(in: 1_600...8_000, using: &random)
            said.append(Said(text: "w\(number)", range: start..<end))
        }
        var seams = TranscriptSeams()
        var events: [SessionEvent] = []
        var start = 0
        while start < end {
            let rest = end - start
            let next = rest < 100_000 ? end : start + Int.random(in: 64_000...96_000, using: &random)
            let context = Utterance.Context(left: start == 0 ? 0 : 8_000, right: next == end ? 0 : 8_000)
            let range = SamplePosition(start)..<SamplePosition(next)
            let transcript = Self.heard(said, range, context, shift: .random(in: -480...480, using: &random))
            events.append(seams.settled(.transcribed(Self.item(range), transcript), context))
            start = next
        }
        #expect(Self.texts(events) == said.map(\.text).joined(separator: " "))
        for case .transcribed(let item, let transcript) in events {
            #expect(transcript.words.map(\.text).joined(separator: " ") == transcript.text)
            #expect(transcript.words.allSatisfy { $0.range.lowerBound >= 0 && $0.range.lowerBound < item.range.count })
        }
    }

    /// Three words a second; the seam is at 5 s, in the 15th word, and half a second is heard on either side.
    private static let first = item(0..<80_000)
    private static let second = item(80_000..<160_000)
    private static let right = Utterance.Context(right: 8_000)
    private static let left = Utterance.Context(left: 8_000)

    private static func timed(_ words: [(String, Int)]) -> Transcript {
        Transcript(
            text: words.map(\.0).joined(separator: " "),
            words: words.map { .init(text: $0.0, range: $0.1 * 16..<$0.1 * 16 + 4_800) }
        )
    }

    @Test("Keep a word that each side would have left to the other")
    func disagreement() {
        var seams = TranscriptSeams()
        // The first hears the word on the seam at 4.86 s, so behind it; the second a little earlier, so before it.
        let one = seams.settled(.transcribed(Self.first, Self.timed([("a", 4_500), ("seam", 4_860)])), Self.right)
        let other = seams.settled(.transcribed(Self.second, Self.timed([("seam", 330), ("b", 700)])), Self.left)
        #expect(Self.texts([one]) == "a")
        #expect(Self.texts([other]) == "seam b")
        guard case .transcribed(_, let transcript) = other else { return }
        #expect(transcript.words.map(\.range) == [0..<2_080, 3_200..<8_000])
    }

    @Test("Leave a word that is cut off at the end to the second, which has it whole")
    func cutOff() {
        var seams = TranscriptSeams()
        var first = Self.timed([("a", 3_500)])
        // From 4 s to the end of what is heard, so that its middle lies before the seam.
        first.words.append(.init(text: "recog", range: 64_000..<87_900))
        first.text += " recog"
        let one = seams.settled(.transcribed(Self.first, first), Self.right)
        var second = Self.timed([("b", 900)])
        second.words.insert(.init(text: "recognition", range: 0..<14_000), at: 0)
        second.text = "recognition b"
        let other = seams.settled(.transcribed(Self.second, second), Self.left)
        #expect(Self.texts([one]) == "a")
        #expect(Self.texts([other]) == "recognition b")
    }

    @Test("Keep punctuation with its word")
    func punctuation() {
        var seams = TranscriptSeams()
        var heard = Self.timed([("one", 4_000), ("two", 4_500), ("three", 5_000)])
        heard.text = "\"One, two. Three…"
        #expect(Self.texts([seams.settled(.transcribed(Self.first, heard), Self.right)]) == "\"One, two.")
        var next = Self.timed([("two", 0), ("three", 500), ("four", 1_000)])
        next.text = "Two. “Three” four!"
        #expect(Self.texts([seams.settled(.transcribed(Self.second, next), Self.left)]) == "“Three” four!")
    }

    @Test("Take doubled words out of the second text where there are no times")
    func untimed() {
        var seams = TranscriptSeams()
        let one = seams.settled(.transcribed(Self.first, Transcript(text: "it was the best of")), Self.right)
        let other = seams.settled(.transcribed(Self.second, Transcript(text: "the best of times")), Self.left)
        #expect(Self.texts([one, other]) == "it was the best of times")
        let plain = seams.settled(
            .transcribed(Self.item(160_000..<200_000), Transcript(text: "times were good")),
            Utterance.Context()
        )
        #expect(Self.texts([plain]) == "times were good")
    }

    @Test("Take doubled words out where only the first has times")
    func timesOnlyBefore() {
        var seams = TranscriptSeams()
        let heard = Self.timed([("in", 3_900), ("your", 4_200), ("dataset", 4_500), ("is", 5_100)])
        let one = seams.settled(.transcribed(Self.first, heard), Self.right)
        let other = seams.settled(.transcribed(Self.second, Transcript(text: "In your dataset is it")), Self.left)
        #expect(Self.texts([one, other]) == "in your dataset is it")
    }

    @Test("Use the times of words that engines divide otherwise than the text")
    func divided() {
        var seams = TranscriptSeams()
        var heard = Self.timed([("a", 3_900), ("side", 4_200), ("-by", 4_500), ("-side", 4_650), ("test", 5_100)])
        heard.text = "A side-by-side test."
        let one = seams.settled(.transcribed(Self.first, heard), Self.right)
        var next = Self.timed([("side", 0), ("test", 600), ("of", 1_000)])
        next.text = "-side test, of"
        let other = seams.settled(.transcribed(Self.second, next), Self.left)
        #expect(Self.texts([one, other]) == "A side-by-side test, of")
    }

    @Test("Ask for the audio around the seam where no words are alike, and only there")
    func undecided() {
        var seams = TranscriptSeams()
        let template = TranscriptionRequest(samples: [], language: "en")
        var ends = Utterance.Ends(context: Self.right, request: template, tail: [1, 2, 3])
        _ = seams.take(.transcribed(Self.first, Transcript(text: "with genetic variants.")), ends)
        let head = [Int16](repeating: 0, count: 16_000) + [4, 5]
        ends = Utterance.Ends(context: Self.left, request: template, head: head)
        let step = seams.take(.transcribed(Self.second, Transcript(text: "variation who have it")), ends)
        #expect(step == .undecided(TranscriptionRequest(samples: [1, 2, 3, 4, 5], language: "en")))
        let event = seams.settle(hearing: Transcript(text: "genetic variation who have"))
        #expect(Self.texts([event]) == "who have it")
    }

    @Test("Ask for nothing where the first ended before the second was heard")
    func apart() {
        var seams = TranscriptSeams()
        _ = seams.take(.transcribed(Self.first, Self.timed([("early", 1_000)])), .init(context: Self.right))
        let step = seams.take(.transcribed(Self.second, Transcript(text: "late")), .init(context: Self.left))
        #expect(step == .settled(.transcribed(Self.second, Transcript(text: "late"))))
    }

    @Test("Give segments their own words alone")
    func segments() {
        var seams = TranscriptSeams()
        var heard = Self.timed([("one", 1_000), ("two", 4_000), ("three", 5_100)])
        heard.segments = [
            .init(text: "one", range: 16_000..<32_000), .init(text: "two three", range: 32_000..<88_000),
        ]
        guard case .transcribed(_, let own) = seams.settled(.transcribed(Self.first, heard), Self.right) else { return }
        #expect(own.segments.map(\.text) == ["one", "two"])
        #expect(own.segments.map(\.range) == [16_000..<32_000, 32_000..<80_000])
    }

    @Test("Give the second its own words alone after a failure")
    func failure() {
        var seams = TranscriptSeams()
        _ = seams.settled(.failed(Self.first, .timeout(seconds: 1)), Self.right)
        let heard = Self.timed([("before", 0), ("own", 500)])
        #expect(Self.texts([seams.settled(.transcribed(Self.second, heard), Self.left)]) == "own")
        var others = TranscriptSeams()
        _ = others.settled(.failed(Self.first, .timeout(seconds: 1)), Self.right)
        let text = Transcript(text: "before own")
        #expect(Self.texts([others.settled(.transcribed(Self.second, text), Self.left)]) == "before own")
    }

    @Test("Leave to the second what the first did not hear at all")
    func unheard() {
        var seams = TranscriptSeams()
        _ = seams.settled(.transcribed(Self.first, Transcript(text: "")), Self.right)
        let heard = Self.timed([("early", 0), ("own", 600)])
        #expect(Self.texts([seams.settled(.transcribed(Self.second, heard), Self.left)]) == "early own")
    }
}

extension TranscriptSeams {
    /// The event as the client gets it, without a request for the seam.
    fileprivate mutating func settled(_ event: SessionEvent, _ context: Utterance.Context) -> SessionEvent {
        switch take(event, .init(context: context)) {
        case .settled(let event): return event
        case .undecided: return settle(hearing: nil)
        }
    }
}
