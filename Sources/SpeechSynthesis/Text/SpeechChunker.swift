/// Cuts text that is still being written into pieces that can be spoken by themselves.
///
/// The pieces, joined, are the text, and they are the same however the text arrives. A piece begins with the blanks
/// before its first word, so that an end needs no more than the next character to be certain; the last piece may be
/// blank. The first piece is short, so that speech begins early; later ones are sentences (`PieceRules`).
public struct SpeechChunker: Sendable {
    private var text = ""
    private var isFirst = true

    public init() {}

    /// Takes more text, and gives the pieces that are whole now.
    public mutating func take(_ more: String) -> [String] {
        text += more
        return cut { rules, rest in rules.end(in: rest) }
    }

    /// No text has come for a while: gives what is a finished sentence.
    ///
    /// Without the character after it, the end of a sentence is likely rather than certain.
    public mutating func pause() -> [String] {
        cut { _, rest in SentenceMarks(rest).lastFinishedSentence }
    }

    /// No text follows: gives the rest.
    ///
    /// What is taken afterwards begins with a first piece again.
    public mutating func finish() -> [String] {
        defer { self = SpeechChunker() }
        return text.isEmpty ? [] : [text]
    }

    /// The pieces of a text that is there as a whole.
    public static func pieces(of text: String) -> [String] {
        var chunker = SpeechChunker()
        return chunker.take(text) + chunker.finish()
    }

    /// Cuts pieces off for as long as `end` gives the index after the next one.
    private mutating func cut(_ end: (PieceRules, ArraySlice<Character>) -> Int?) -> [String] {
        var rest = Array(text)[...]
        var pieces: [String] = []
        while let end = end(isFirst ? .first : .later, rest) {
            pieces.append(String(rest[..<end]))
            rest = rest[end...]
            isFirst = false
        }
        if !pieces.isEmpty { text = String(rest) }
        return pieces
    }
}
