import Testing

@testable import Sessions

@Suite("Words of a seam")
struct SeamWordsTests {
    private static func joined(_ first: String, _ second: String, piece: String) -> String? {
        let words = SeamWords(
            first: SpokenWords(first),
            second: SpokenWords(second),
            piece: SpokenWords(piece)
        )
        return words.firstKept.map { words.second.text(of: $0..<words.second.words.count) }
    }

    @Test(
        "The piece tells where the second goes on",
        arguments: [
            ("with genetic variants.", "variation who have", "genetic variation who have", "who have"),
            ("and in your data", "said he had it", "your data set he had", "said he had it"),
            ("the submitted data set.", "dataset to help inspect", "submitted dataset to help", "to help inspect"),
            ("it was the best", "wurst of times it was", "was the best of times", "of times it was"),
            ("we have nothing more", "to say about it", "nothing more to say", "to say about it"),
        ]
    )
    func decides(first: String, second: String, piece: String, expected: String) {
        #expect(Self.joined(first, second, piece: piece) == expected)
    }

    @Test(
        "It does not tell where it is like only one of them",
        arguments: ["", "something else entirely", "it was the best", "best then other words", "of times it was"]
    )
    func undecided(piece: String) {
        #expect(Self.joined("it was the best", "wurst of times it was", piece: piece) == nil)
    }
}
