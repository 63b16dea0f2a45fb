import TestSupport

/// Text out of words, marks and characters that are hard to cut.
enum RandomText {
    private static let parts = [
        "word", "another", "Dr.", "e.g.", "3.14", "1,000", "I", "don't", "naïve", "e\u{301}te\u{301}", "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪🇫🇷",
        "1️⃣",
        "你好", "。", "，", "！", "क्षि", "…", "...", ".", ".", ",", "!", "?", ";", ":", "—", "–", "\"", "'", "(", ")", "\n",
        "\r\n",
        "\n\n", " ", "  ", "\t", "*", "**", "_", "__", "~~", "`", "```", "```\n", "#", "## ", "- ", "> ", "---\n", "|",
        "| a | b |\n",
        "|--|\n", "[", "]", "](", "[link](http://a.b/c_d)", "![image](x.png)", "https://www.example.org/path?q=1.",
        "www.", "http",
        "<b>", "<", ">", "<https://a.b>", "\\", "\\*", "- [ ] ", "[^1]", "1. ", "~~~", "snake_case",
    ]

    static func make(_ random: inout SeededGenerator) -> String {
        let count = Int.random(in: 1...120, using: &random)
        let blanks = Int.random(in: 0...3, using: &random)
        return (0..<count)
            .map { _ in
                let isSpaced = Int.random(in: 0...3, using: &random) < blanks
                return (Self.parts.randomElement(using: &random) ?? "") + (isSpaced ? " " : "")
            }
            .joined()
    }

    /// Parts that joined are the text; also characters may be in two of them.
    static func split(_ text: String, _ random: inout SeededGenerator) -> [String] {
        var rest = Array(text.unicodeScalars)[...]
        var parts: [String] = []
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...12, using: &random))
            parts.append(String(String.UnicodeScalarView(part)))
            rest = rest.dropFirst(part.count)
        }
        return parts
    }
}
