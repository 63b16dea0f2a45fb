import Testing

@testable import SpeechSynthesis

@Suite("Phonemes")
struct PhonemesTests {
    private static let known = Set(" ,.!?ab".unicodeScalars)

    private static func text(_ sentence: [Int32]) -> String {
        String(String.UnicodeScalarView(sentence.compactMap { Unicode.Scalar(UInt32($0)) }))
    }

    @Test(
        "Cuts text where a voice pauses, and nowhere else",
        arguments: [
            ("Hello, world!", ["Hello", " world"], [",", "!"]),
            ("It costs 9.99 at 10:30", ["It costs 9.99 at 10:30"], ["."]),
            ("See www.example.com; \"now\".", ["See www.example.com", "  now "], [";", "."]),
            ("Well... yes", ["Well", " yes"], [".", "."]),
            ("--", [], []), ("[[x]]\0\n-v de", ["  x    -v de"], ["."]),
        ] as [(String, [String], [Character])]
    )
    func clauses(text: String, texts: [String], marks: [Character]) {
        let clauses = Clauses(text)
        #expect(clauses.texts == texts)
        #expect(clauses.marks == marks)
    }

    @Test("Joins clauses into sentences, and leaves out what the model does not know")
    func sentences() {
        let phonemes = Phonemes(
            groups: ["abx", "(fr)b a(en)", "b"],
            marks: [",", "!", "?"],
            scalars: Self.known
        )
        #expect(phonemes.sentences.map(Self.text) == ["ab, b a!", "b?"])
        #expect(Phonemes(groups: ["xyz", ""], marks: [",", "."], scalars: Self.known).sentences.isEmpty)
    }

    @Test("Never makes a sentence longer than models take")
    func bounded() {
        let words = Array(repeating: "ab", count: 5_000).joined(separator: " ")
        for group in [words, String(repeating: "a", count: 5_000)] {
            let sentences = Phonemes(groups: [group], marks: ["."], scalars: Self.known).sentences
            #expect(!sentences.isEmpty)
            #expect(sentences.allSatisfy { !$0.isEmpty && $0.count <= Phonemes.longestSentence })
        }
    }
}
