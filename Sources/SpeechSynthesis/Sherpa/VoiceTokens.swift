import FoundationEssentials

/// The table of what a model can say: a line of token and number for each.
struct VoiceTokens: Equatable, Sendable {
    /// Tokens of one character, for models that take phonemes.
    private(set) var scalars: Set<Unicode.Scalar> = []

    /// - Parameter arePhonemes: Whether each token is one character, as sherpa-onnx demands where it is given phonemes.
    /// - Returns: `nil` where sherpa-onnx would end the process: when a line is no token and number, or a token comes twice.
    init?(text: String, arePhonemes: Bool) {
        var seen: Set<String> = []
        for line in text.split(separator: "\n") {
            guard let space = line.lastIndex(where: { $0 == " " || $0 == "\t" }),
                Int(line[line.index(after: space)...]) != nil
            else { return nil }
            // A line without a token is the number of the space.
            let token = space == line.startIndex ? " " : String(line[..<space])
            guard seen.insert(token).inserted else { return nil }
            if token.unicodeScalars.count == 1 { scalars.formUnion(token.unicodeScalars) }
            let isAllowed = token.unicodeScalars.count == 1 || token == Self.blank || !arePhonemes
            guard isAllowed else { return nil }
        }

        guard !seen.isEmpty else { return nil }
    }

    /// What Coqui's models call the token between all others.
    private static let blank = "<BLNK>"
}
