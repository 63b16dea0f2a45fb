/// Turns what a language model writes into words that can be spoken: without markdown, code, emojis and addresses.
///
/// What it gives is also what clients show, so blanks, punctuation and line breaks stay. Of the bars of a table commas
/// remain, of a link its text, of an address its host; the numbers of a list stay. The text is the same however the
/// model's text arrives, and only what may be the beginning of a mark is held back.
public struct SpokenText: Sendable {
    private var reader = MarkdownReader()

    public init() {}

    /// Takes more of the model's text, and gives what of it can be spoken.
    public mutating func take(_ more: String) -> String {
        reader.waiting.append(contentsOf: more.unicodeScalars)
        return reader.read(isEnd: false)
    }

    /// No text follows: gives the rest.
    ///
    /// What is taken afterwards is another text.
    public mutating func finish() -> String {
        defer { reader = MarkdownReader() }
        return reader.read(isEnd: true)
    }
}
