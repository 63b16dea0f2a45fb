import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Alignment of words")
struct WordAlignmentTests {
    /// Words of a hundred samples each.
    private static func timed(_ texts: [String]) -> [Transcript.Word] {
        texts.enumerated().map { .init(text: $1, range: $0 * 100..<($0 + 1) * 100) }
    }

    private static func starts(_ text: String, _ texts: [String]) -> [Int]? {
        WordAlignment(of: SpokenWords(text), to: timed(texts))?.ranges.map(\.lowerBound)
    }

    @Test(
        "Gives each word of the text the time of its pieces",
        arguments: [
            ("A side-by-side test.", ["A", "side", "-by", "-side", "test"], [0, 100, 400]),
            ("Don't stop", ["Do", "n't", "stop"], [0, 200]), ("\"One,\" two…", ["One", "two"], [0, 100]),
            ("one two three", ["one", "um", "two", "three"], [0, 200, 300]),
            ("one two three", ["one", "three"], [0, 100, 120]), ("two three", ["one", "two", "three"], [100, 200]),
            ("it is 10 o'clock now", ["it", "is", "ten", "o'clock", "now"], [0, 100, 200, 300, 400]),
            ("in to the sea", ["into", "the", "sea"], [0, 50, 100, 200]), ("你好", ["你好"], [0, 50]),
        ] as [(String, [String], [Int])]
    )
    func aligns(text: String, pieces: [String], starts: [Int]) {
        #expect(Self.starts(text, pieces) == starts)
    }

    @Test("Says to which word each piece belongs, those without letters too")
    func owners() {
        let alignment = WordAlignment(
            of: SpokenWords("♪ A side-by-side test."),
            to: Self.timed(["♪", "A", "side", "-by", "-side", "—", "test", "."])
        )
        #expect(alignment?.owners == [0, 0, 1, 1, 1, 1, 2, 2])
    }

    @Test(
        "Is none where the words are not those of the text",
        arguments: [[], ["other", "things", "entirely"], ["…"]]
    )
    func unlike(pieces: [String]) {
        #expect(Self.starts("one two four", pieces) == nil)
    }

    @Test("Survives any one word that is missing or too many", arguments: 0..<12)
    func damaged(index: Int) throws {
        let texts = "the council listened for almost an hour without a single question then".split(separator: " ")
        let all = Self.timed(texts.map(String.init))
        let spoken = SpokenWords(texts.joined(separator: " "))
        var fewer = all
        fewer.remove(at: index)
        var more = all
        more.insert(.init(text: "hum", range: all[index].range), at: index)
        for words in [fewer, more] {
            let ranges = try #require(WordAlignment(of: spoken, to: words)).ranges
            // A letter that both words have may be taken for the other's.
            for other in all.indices where other != index { #expect(ranges[other].overlaps(all[other].range)) }
        }
    }
}
