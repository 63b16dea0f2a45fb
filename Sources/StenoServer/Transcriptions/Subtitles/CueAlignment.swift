/// Which of an engine's pieces each token of a text belongs to.
///
/// An engine's words and segments may lack the punctuation of its text or have other white space. They are told by their
/// letters and digits, which must be those of the text, one for one; otherwise nothing is known.
enum CueAlignment {
    /// - Parameter pieces: The texts of the engine's words or segments, in order.
    /// - Returns: For each token, the first and the last piece that its letters are in; `nil` when letters differ.
    static func pieces(_ pieces: [String], of tokens: [CueToken]) -> [ClosedRange<Int>]? {
        var owners: [Int] = []
        var letters: [Character] = []
        for (index, piece) in pieces.enumerated() {
            let own = piece.lowercased().filter { $0.isLetter || $0.isNumber }
            letters += own
            owners += Array(repeating: index, count: own.count)
        }

        guard !letters.isEmpty, letters == tokens.flatMap(\.letters) else { return nil }

        var next = 0
        return tokens.map { token in
            // A sign without letters goes with what stands before it.
            guard !token.letters.isEmpty else { return owners[max(next - 1, 0)]...owners[max(next - 1, 0)] }
            defer { next += token.letters.count }
            return owners[next]...owners[next + token.letters.count - 1]
        }
    }
}
