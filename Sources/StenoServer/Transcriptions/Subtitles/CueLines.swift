/// A cue's text in at most two lines, as equal in length as words allow, and rather divided behind a comma.
struct CueLines: Equatable {
    let lines: [String]

    /// What a line that ends a sentence or a clause is worth, in characters.
    private static let bonus = 10

    init(_ text: String) {
        let text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let tokens = CueToken.tokens(of: text)
        guard text.count > CueLimits.lineLength, tokens.count > 1 else {
            lines = [text]
            return
        }
        let best = (1..<tokens.count).min { Self.cost(tokens, second: $0) < Self.cost(tokens, second: $1) } ?? 1
        lines = [
            String(text[..<tokens[best - 1].range.upperBound]), String(text[tokens[best].range.lowerBound...]),
        ]
    }

    /// The text as subtitle files have it.
    var text: String { lines.joined(separator: "\n") }

    /// - Parameter second: The first token of the second line.
    private static func cost(_ tokens: [CueToken], second: Int) -> Int {
        let first = tokens[second - 1].offsets.upperBound
        let last = tokens[tokens.count - 1].offsets.upperBound - tokens[second].offsets.lowerBound
        let excess = max(0, first - CueLimits.lineLength) + max(0, last - CueLimits.lineLength)
        let isGood = tokens[second - 1].ending != .none
        return 100 * excess + abs(first - last) - (isGood ? bonus : 0)
    }
}
