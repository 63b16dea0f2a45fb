import TestSupport
import Testing

@testable import SpeechSynthesis

@Suite("Speech chunker")
struct SpeechChunkerTests {
    private static func pieces(_ parts: [String]) -> [String] {
        var chunker = SpeechChunker()
        return parts.flatMap { chunker.take($0) } + chunker.finish()
    }

    @Test(
        "Cuts the first piece at a clause, and later ones at sentences",
        arguments: [
            (
                "Well, of course, you can do that. It is easy, I think. Try it.",
                ["Well, of course,", " you can do that. It is easy, I think.", " Try it."]
            ),
            ("Hi! How are you?", ["Hi! How are you?"]),
            ("Sure — no problem at all. ", ["Sure — no problem at all.", " "]),
            ("That was a while ago—ten years, at least.", ["That was a while ago—", "ten years, at least."]),
            ("She said \"I will be there.\" Then she left.", ["She said \"I will be there.\"", " Then she left."]),
            ("Things to buy here\nMilk and eggs\nBread", ["Things to buy here", "\nMilk and eggs\nBread"]),
            ("今天天气很好，我们去公园吧。你觉得怎么样呢朋友？好。", ["今天天气很好，", "我们去公园吧。你觉得怎么样呢朋友？", "好。"]),
        ]
    )
    func marks(text: String, expected: [String]) {
        #expect(Self.pieces([text]) == expected)
    }

    @Test(
        "Goes on after a mark that ends nothing",
        arguments: [
            "It costs about 3.14 euros or 1,000.50 yen in 2020",
            "I have met Dr. Smith and Mrs. Jones",
            "I have read J. R. Tolkien in the U.S. and liked it",
            "Use simple food e.g. rice",
            "Have a look at example.org/a?b=c!d for more",
            "Wait...what is it that you said",
            "1. Mix the flour with water",
            "At 10:30 in the morning",
        ]
    )
    func noEnds(text: String) {
        #expect(Self.pieces([text]) == [text])
    }

    @Test("Makes nobody wait long for the first words, nor for words without a mark")
    func lengths() throws {
        let words = String(repeating: "word ", count: 200)
        let pieces = Self.pieces([words])
        #expect(pieces.joined() == words)
        #expect((40...60).contains(try #require(pieces.first).count))
        #expect(pieces.dropFirst().allSatisfy { $0.count <= 301 })
        let clauses = "One two three, " + String(repeating: "four five six seven, ", count: 30)
        #expect(Self.pieces([clauses]).dropFirst().dropLast().allSatisfy { (180...200).contains($0.count) })
        #expect(Self.pieces([String(repeating: "x", count: 700)]).map(\.count) == [300, 300, 100])
    }

    @Test("Gives a sentence at a pause that has no character behind it yet")
    func pause() {
        var chunker = SpeechChunker()
        #expect(chunker.take("Hi!") == [])
        #expect(chunker.pause() == ["Hi!"])
        #expect(chunker.take(" I think that it is at 3.") == [])
        #expect(chunker.pause() == [])
        #expect(chunker.take("14. Yes, and Dr.") == [" I think that it is at 3.14."])
        #expect(chunker.pause() == [])
        #expect(chunker.take(" Who") == [])
        #expect(chunker.finish() == [" Yes, and Dr. Who"])
        #expect(chunker.finish() == [])
    }

    @Test("Gives only the sentence of a pause that has begun the next one")
    func pauseWithin() {
        var chunker = SpeechChunker()
        #expect(chunker.take("Hi! How are") == [])
        #expect(chunker.pause() == ["Hi!"])
        #expect(chunker.finish() == [" How are"])
    }

    @Test("Gives the same pieces however the text is split, and no character is cut", arguments: 0..<300)
    func anySplit(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = RandomText.make(&random)
        let whole = Self.pieces([text])
        #expect(whole.joined() == text)
        #expect(whole.reduce(0) { $0 + $1.count } == text.count)
        #expect(Self.pieces(RandomText.split(text, &random)) == whole)
        #expect(Self.pieces(text.unicodeScalars.map { String($0) }) == whole)
    }
}
