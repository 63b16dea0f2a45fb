import Audio
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Doubled words")
struct DoubledWordsTests {
    static let overlap = 7_680

    static func removed(_ first: String, _ second: String) -> String {
        DoubledWords(
            first: Transcript(text: first),
            offset: 100_000,
            second: Transcript(text: second),
            overlap: overlap
        )
        .removed.text
    }

    @Test(
        "Removes the longest run that ends one text and begins the next",
        arguments: [
            ("it was the best of", "the best of times", "times"),
            ("It was the best of,", "Best of times.", "times."),
            ("we all", "we all", ""),
            ("one two", "three four", "three four"),
            ("", "three four", "three four"),
            ("one two", "", ""),
            ("and he said", "He said: \"Don't!\"", "\"Don't!\""),
            ("very", "very very good", "very good"),
            ("it was so so", "so so so far", "so far"),
            // Half a word at the end of the first: the second has it whole, and keeps it.
            ("we use recog", "use recognition of speech", "recognition of speech"),
            // Half a word at the beginning of the second.
            ("speech recognition", "nition of words", "of words"),
            ("over the", "he went", "he went"),
            ("天气很好", "很好我们", "我们"),
            ("天气很好。", "很好,我们走", "我们走"),
            ("他说", "说「很好」", "「很好」"),
            ("well-known", "well-known fact", "fact"),
            ("das ist schön", "SCHÖN, nicht wahr?", "nicht wahr?"),
            // Not everything that looks alike can have been said in the overlap.
            ("a b c d e f", "a b c d e f g", "a b c d e f g"),
        ]
    )
    func texts(first: String, second: String, expected: String) {
        #expect(Self.removed(first, second) == expected)
    }

    private static func timed(_ words: [(String, Int)]) -> Transcript {
        Transcript(
            text: words.map(\.0).joined(separator: " "),
            words: words.map { .init(text: $0.0, range: $0.1 * 16..<$0.1 * 16 + 3_200) }
        )
    }

    @Test("Trusts word times over likeness")
    func times() {
        // The second begins 4520 ms into the first, which ends at 5000 ms.
        let first = Self.timed([("say", 4_000), ("no", 4_700)])
        let doubled = Self.timed([("no", 200), ("no", 700)])
        let said = Self.timed([("no", 700), ("more", 1_000)])
        for (second, expected) in [(doubled, "no"), (said, "no more")] {
            let transcript = DoubledWords(first: first, offset: 72_320, second: second, overlap: Self.overlap).removed
            #expect(transcript.text == expected)
            #expect(transcript.words == Array(second.words.suffix(transcript.words.count)))
            #expect(transcript.words.map(\.text).joined(separator: " ") == expected)
        }
    }

    /// A spoken text that is cut somewhere, with up to four words on both sides.
    @Test("Joins what was cut, and never takes away a word that was not doubled", arguments: 0..<400)
    func joins(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // No word stands next to itself, as a repetition across a cut cannot be told from doubling without times.
        let words = (0..<30).map { "word\($0 % 10)x\(seed)" }
        let cut = Int.random(in: 4..<26, using: &random)
        let doubled = Int.random(in: 0...4, using: &random)
        let first = words[..<cut].joined(separator: " ")
        let second = words[(cut - doubled)...].joined(separator: " ")
        #expect([first, Self.removed(first, second)].joined(separator: " ") == words.joined(separator: " "))
    }

    @Test("Leaves alone what follows a failure or does not overlap")
    func outcomes() {
        func item(_ id: String, _ range: Range<SamplePosition>, overlap: Int) -> SessionEvent.Item {
            .init(id: id, range: range, overlap: overlap)
        }
        let first = SessionEvent.transcribed(item("1", 0..<100_000, overlap: 0), Transcript(text: "one two"))
        let shared = item("2", 92_320..<200_000, overlap: 7_680)
        let second = SessionEvent.transcribed(shared, Transcript(text: "two three"))
        var removal = OverlapRemoval()
        #expect(removal.event(first) == first)
        #expect(removal.event(second) == .transcribed(shared, Transcript(text: "three")))
        var afterFailure = OverlapRemoval()
        _ = afterFailure.event(.failed(item("1", 0..<100_000, overlap: 0), .timeout(seconds: 1)))
        #expect(afterFailure.event(second) == second)
        var apart = OverlapRemoval()
        _ = apart.event(first)
        let meeting = SessionEvent.transcribed(item("2", 100_000..<200_000, overlap: 0), Transcript(text: "two three"))
        #expect(apart.event(meeting) == meeting)
    }
}
