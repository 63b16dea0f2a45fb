import TestSupport
import Testing

@testable import Sessions

@Suite("Doubled words")
struct DoubledWordsTests {
    static func rest(_ first: String, _ second: String, overlap: Int = 7_680) -> String {
        let words = SpokenWords(second)
        let count = DoubledWords(first: SpokenWords(first), second: words, overlap: overlap).count
        return words.text(of: count..<words.words.count)
    }

    @Test(
        "Are the longest run that ends one text and begins the next",
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
        #expect(Self.rest(first, second) == expected)
    }

    @Test(
        "Pass over what was misheard at the cut, but not more of it than is the same",
        arguments: [
            ("in the old house by sea", "word house by the river", "the river"),
            ("in the old house by the sea", "hold house by the river", "river"),
            ("the old man looked at", "stone man looked away", "away"),
            ("he came to the", "a ring to mind", "a ring to mind"),
            ("and it is so", "it was late", "it was late"),
        ]
    )
    func misheard(first: String, second: String, expected: String) {
        #expect(Self.rest(first, second, overlap: 16_000) == expected)
    }

    /// A spoken text that is cut somewhere, with up to four words on both sides.
    @Test("Join what was cut, and take no word away that was not doubled", arguments: 0..<400)
    func joins(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // No word stands next to itself, as a repetition across a cut cannot be told from doubling without times.
        let words = (0..<30).map { "word\($0 % 10)x\(seed)" }
        let cut = Int.random(in: 4..<26, using: &random)
        let doubled = Int.random(in: 0...4, using: &random)
        let first = words[..<cut].joined(separator: " ")
        let second = words[(cut - doubled)...].joined(separator: " ")
        #expect([first, Self.rest(first, second)].joined(separator: " ") == words.joined(separator: " "))
    }
}
