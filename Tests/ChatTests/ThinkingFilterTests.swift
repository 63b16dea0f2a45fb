import TestSupport
import Testing

@testable import Chat

@Suite("Thinking in a reply's text")
struct ThinkingFilterTests {
    private static func said(_ pieces: [String]) -> String {
        var filter = ThinkingFilter()
        let said = pieces.map { filter.take($0) }.joined()
        return said + filter.finish()
    }

    @Test(
        "Leaves out what a model thinks, wherever it is cut",
        arguments: [
            ("<think>Hm.</think>Yes.", "Yes."), ("<think>\nHm.\n</think>\n\nYes.", "Yes."),
            ("<think></think>Yes", "Yes"),
            ("<think>Hm, cut off", ""), ("A <think>Hm.</think>B", "A B"), ("Yes. <think>cut", "Yes. "),
            ("<thinking>Hm.</thinking>Yes.", "Yes."), ("</think>Yes.", "Yes."), ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<b>bold</b>", "<b>bold</b>"), ("ends with <", "ends with <"), ("ends with <thi", "ends with <thi"),
            ("<<think>x</think>y", "<y"), ("  Yes.", "  Yes."), ("<think>a</think><think>b</think>Yes", "Yes"),
            ("<think>1 < 2</think>größer 😀", "größer 😀"),
        ]
    )
    func filters(text: String, expected: String) {
        #expect(Self.said([text]) == expected)
        #expect(Self.said(text.map(String.init)) == expected)
        for cut in text.indices { #expect(Self.said([String(text[..<cut]), String(text[cut...])]) == expected) }
    }

    @Test("Holds nothing back that cannot be a mark")
    func atOnce() {
        var filter = ThinkingFilter()
        #expect(filter.take("a < b <") == "a < b ")
        #expect(filter.take("c") == "<c")
        #expect(filter.take("<thin") == "")
        #expect(filter.take("g>") == "<thing>")
    }
}
