/// Where a piece ends: at which mark, once it is how long.
///
/// Lengths are in characters from the first that is not blank. One of Chinese, Japanese or Korean counts as two, as it
/// takes about as long to say.
struct PieceRules: Equatable, Sendable {
    /// The weakest mark that ends a piece.
    var weakestEnd: SentenceMarks.Strength
    /// A piece that ends at a mark is at least this long.
    var shortest: Int
    /// From here on a piece ends at the best place that it has had.
    var patience: Int
    /// Whether a blank between two words is such a place.
    var endsBetweenWords: Bool

    /// From here on a blank ends a piece of any kind, and if there is none, any character.
    static let longest = 300

    static let first = PieceRules(weakestEnd: .clause, shortest: 12, patience: 60, endsBetweenWords: true)
    static let later = PieceRules(weakestEnd: .sentence, shortest: 20, patience: 200, endsBetweenWords: false)

    /// The index after the piece that begins the text; `nil` while that is not certain.
    ///
    /// Looks at a character only when its successor is there: until then a combining mark may change it.
    func end(in text: ArraySlice<Character>) -> Int? {
        let marks = SentenceMarks(text)
        var length = 0
        var lastClause: Int?
        var lastBlank: Int?

        for index in text.indices.dropLast() {
            let end = index + 1
            if length > 0 || !text[index].isBlank { length += text[index].isIdeographic ? 2 : 1 }
            if length >= shortest {
                let strength = marks.strength(at: index)
                if strength >= weakestEnd { return end }
                if strength == .clause { lastClause = end }
                if text[end].isBlank, !text[index].isBlank { lastBlank = end }
            }
            if length >= patience {
                if let lastClause { return lastClause }
                if endsBetweenWords, let lastBlank { return lastBlank }
            }
            if length >= Self.longest { return lastBlank ?? end }
        }

        return nil
    }
}
