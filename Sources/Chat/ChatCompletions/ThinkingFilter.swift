/// Takes what a model thinks out of its text, where the server has left that in: all between `<think>` and `</think>`.
///
/// Thinking that does not end is dropped to the end of the reply. A text is held back only while it may be the beginning
/// of a mark.
struct ThinkingFilter {
    private static let openings = ["<think>", "<thinking>"]
    private static let closings = ["</think>", "</thinking>"]

    private var held: Substring = ""
    private var isThinking = false
    /// Whether white space is dropped: that between thinking and the first word.
    private var isAtStart = true
    private var hasThought = false

    init() {}

    /// Takes more of the text, and gives what of it is to be said.
    mutating func take(_ text: String) -> String {
        held += text
        var said = ""
        while let start = held.firstIndex(of: "<") {
            say(held[..<start], into: &said)
            held = held[start...]
            let marks = Self.openings + Self.closings
            if let mark = marks.first(where: { held.hasPrefix($0) }) {
                isThinking = Self.openings.contains(mark)
                hasThought = true
                held = held.dropFirst(mark.count)
            } else if marks.contains(where: { $0.hasPrefix(held) }) {
                return said
            } else {
                say(held.prefix(1), into: &said)
                held = held.dropFirst()
            }
        }

        say(held, into: &said)
        held = ""
        return said
    }

    /// What was held back at the end of the reply.
    mutating func finish() -> String {
        var said = ""
        say(held, into: &said)
        held = ""
        return said
    }

    private mutating func say(_ text: Substring, into said: inout String) {
        guard !isThinking else { return }
        let text = isAtStart && hasThought ? text.drop(while: \.isWhitespace) : text
        if !text.isEmpty { isAtStart = false }
        said += text
    }
}
