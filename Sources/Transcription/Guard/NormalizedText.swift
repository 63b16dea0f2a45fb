/// A text without case and punctuation.
struct NormalizedText: Equatable, Sendable {
    /// In lower case, each a run of letters and digits.
    let words: [String]

    init(_ text: String) {
        words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// The words with a space between each two.
    var phrase: String { words.joined(separator: " ") }

    /// Words that take time to say: where a script has no spaces, two of its letters are counted as a word.
    var spokenWords: Int {
        words.reduce(0) { count, word in
            let solid = word.unicodeScalars.count { WritingSystem.solid.contains($0) }
            return count + max(1, (solid + 1) / 2)
        }
    }
}
