import TestSupport
import Testing

@testable import SpeechSynthesis

@Suite("Spoken text")
struct SpokenTextTests {
    private static func spoken(_ parts: [String]) -> String {
        var text = SpokenText()
        return parts.map { text.take($0) }.joined() + text.finish()
    }

    @Test(
        "Keeps the words of markdown, and drops the marks",
        arguments: [
            ("It is **very** *nice*, __really__ and ~~bad~~ good.", "It is very nice, really and bad good."),
            ("# Title\n\nText\n## Second #1\n#hashtag", "Title\n\nText\nSecond #1\n#hashtag"),
            ("Buy:\n- milk\n* eggs\n  + bread\n1. first\n- [x] done", "Buy:\nmilk\neggs\nbread\n1. first\ndone"),
            ("> A quote\n> goes on", "A quote\ngoes on"),
            ("above\n\n---\n\nbelow\n***\n", "above\n\nbelow\n\n"),
            ("Call `make_it(2 * 3)` now", "Call make_it(2 * 3) now"),
            ("Like so:\n```swift\nlet a = 1\n```\nDone.", "Like so:\nDone."),
            ("Like so:\n~~~\na\n```\nb\n~~~~\nDone.", "Like so:\nDone."),
            ("Never closed:\n```\nlet a = 1", "Never closed:\n"),
            ("See [the **manual**](https://a.org/b_(c)) or ![a cat](cat.png)!", "See the manual or a cat!"),
            ("A [reference][1], a note[^2] and [nothing] at a[0].", "A reference, a note and [nothing] at a[0]."),
            ("| Name | Age |\n|:-----|----:|\n| Ann | 5 |\n| Bob | -6 |\n", "Name, Age\nAnn, 5\nBob, -6\n"),
            ("2 * 3 is 6, 2*3 too; snake_case, ~5, 5 < 6 | 1", "2 * 3 is 6, 2*3 too; snake_case, ~5, 5 < 6 | 1"),
            ("- -5 degrees\n-5 degrees", "-5 degrees\n-5 degrees"),
            ("\\*not bold\\* and a \\ alone", "*not bold* and a \\ alone"),
            ("<b>bold</b> one<br>two <i> three", "bold one\ntwo three"),
        ]
    )
    func markdown(text: String, expected: String) {
        #expect(Self.spoken([text]) == expected)
    }

    @Test(
        "Says the host of an address",
        arguments: [
            ("See https://www.example.org/a/b?c=d#e.", "See example.org."),
            ("(at http://user@a.b:80/c_(d)), or www.x.net!", "(at a.b), or x.net!"),
            ("[https://a.b/c](https://a.b/c) <https://d.e/f>", "a.b d.e"),
            ("请访问https://a.b/c查看", "请访问a.b查看"),
            ("http and https:// and www and how", "http and https:// and www and how"),
        ]
    )
    func addresses(text: String, expected: String) {
        #expect(Self.spoken([text]) == expected)
    }

    @Test(
        "Drops emojis, and one of the blanks around them",
        arguments: [
            ("Great 😀 job! 👩‍👩‍👧‍👦", "Great job! "), ("❤️ I like 🇩🇪, 👍🏽 too", "I like , too"),
            ("Number 1️⃣ © 2020 → here™", "Number 1 © 2020 → here™"), ("No\u{200C}n क्षि naïve", "No\u{200C}n क्षि naïve"),
        ]
    )
    func emojis(text: String, expected: String) {
        #expect(Self.spoken([text]) == expected)
    }

    @Test("Holds nothing back that cannot become a mark")
    func promptness() {
        var text = SpokenText()
        #expect(text.take("Hello! It is") == "Hello! It is")
        #expect(text.take(" fine.") == " fine.")
        #expect(text.take(" **") == " ")
        #expect(text.take("b") == "b")
        #expect(text.take(" ht") == " ")
        #expect(text.take("ml") == "html")
        #expect(text.take(" [x") == " ")
        #expect(text.take("] ") == "[x] ")
        #expect(text.finish() == "")
    }

    @Test("Gives up on a mark that is never closed")
    func unclosed() {
        var text = SpokenText()
        let long = String(repeating: "a", count: 300)
        #expect(text.take("[" + long) == "[" + long)
        #expect(text.take(" <b" + long) == " <b" + long)
        #expect(text.take(" [a](" + String(repeating: "b", count: 2_100)).hasPrefix(" [a](b"))
    }

    @Test("Gives the same text however it is split", arguments: 0..<500)
    func anySplit(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = RandomText.make(&random)
        let whole = Self.spoken([text])
        #expect(Self.spoken(RandomText.split(text, &random)) == whole)
        #expect(Self.spoken(text.unicodeScalars.map { String($0) }) == whole)
    }
}
