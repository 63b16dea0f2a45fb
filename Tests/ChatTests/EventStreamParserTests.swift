import TestSupport
import Testing

@testable import Chat

@Suite("Server-sent events")
struct EventStreamParserTests {
    private static func events(_ text: String, cuts: [Int] = []) -> [String] {
        var parser = EventStreamParser()
        var events: [[UInt8]] = []
        let bytes = Array(text.utf8)
        var start = 0
        for cut in cuts.sorted() + [bytes.count] {
            events += parser.take(Array(bytes[start..<cut]))
            start = cut
        }
        return (events + parser.finish()).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "Reads events as the standard has them, and those that end too early",
        arguments: [
            ("data: a\n\ndata: b\n\n", ["a", "b"]), ("data:a\r\n\r\ndata:b\r\n\r\n", ["a", "b"]),
            ("data: a\r\rdata: b\r\r", ["a", "b"]), ("data:  a \n\n", [" a "]), ("data: a\ndata: b\n\n", ["a\nb"]),
            (": comment\n\n: OPENROUTER PROCESSING\n\ndata: a\n\n", ["a"]),
            ("event: x\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
            ("data\n\n", []), ("data:\n\n", []), ("\u{FEFF}data: a\n\n", ["a"]), ("data: a\n", ["a"]),
            ("data: a", ["a"]),
            ("database: a\n\n", []), ("data: a: b\n\n", ["a: b"]), ("\n\n\n", []), ("", []), ("<html>\n", []),
            ("data: a\n\rdata: b\r\n\n", ["a", "b"]), ("data: ü😀\n\n", ["ü😀"]),
        ]
    )
    func events(text: String, expected: [String]) {
        #expect(Self.events(text) == expected)
        let length = text.utf8.count
        for cut in 0...length { #expect(Self.events(text, cuts: [cut]) == expected) }
        #expect(Self.events(text, cuts: Array(0..<length)) == expected)
    }

    @Test("Gives the same events wherever a stream is cut", arguments: 0..<50 as Range<UInt64>)
    func cuts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let lines = ["data: {\"a\":1}", "data:[DONE]", ": c", "", "", "event: e", "data: ü", "data"]
        let text = (0..<40).map { _ in
            lines.randomElement(using: &random)! + ["\n", "\r", "\r\n"].randomElement(using: &random)!
        }
        .joined()
        let expected = Self.events(text)
        for _ in 0..<20 {
            let cuts = (0..<8).map { _ in Int.random(in: 0...text.utf8.count, using: &random) }
            #expect(Self.events(text, cuts: cuts) == expected)
        }
    }
}
