import TestSupport
import Testing

@testable import Sessions

@Suite("Stable text")
struct StableTextTests {
    /// What is told of a series of readings, the last of which holds.
    private static func told(_ readings: [String]) -> (deltas: [String], text: String) {
        var text = StableText()
        var deltas = readings.dropLast().map { text.read($0) }
        let end = text.finish(readings.last ?? "")
        deltas.append(end.delta)
        return (deltas, end.text)
    }

    @Test("Tells a word once two readings agree on it, and never the last one of a reading")
    func agreement() {
        let (deltas, text) = Self.told(["Ask", "Ask not", "Ask not what your", "Ask not what your country"])
        #expect(deltas == ["", "", "Ask", " not what your country"])
        #expect(text == "Ask not what your country")
    }

    @Test("Leaves punctuation open until the word behind it is told")
    func punctuation() {
        let (deltas, text) = Self.told(["Hello.", "Hello, wor", "Hello, world. How", "Hello, world! How are you?"])
        #expect(deltas == ["", "Hello", "", ", world! How are you?"])
        #expect(text == "Hello, world! How are you?")
    }

    @Test("Never takes a word back: the rest of a reading that has other words follows on what was told")
    func revision() {
        let readings = [
            "I scream for you", "I scream for you now", "Ice cream for you now please",
            "Ice cream for you now please do",
        ]
        let (deltas, text) = Self.told(readings)
        #expect(deltas.joined() == text)
        #expect(text == "I scream for you now please do")
    }

    @Test("Tells one character after the other where there are no spaces")
    func unspaced() {
        let (deltas, text) = Self.told(["你", "你好世", "你好世界", "你好世界。"])
        #expect(deltas == ["", "", "你好", "世界。"])
        #expect(text == "你好世界。")
    }

    @Test("Says nothing of an empty reading, and keeps what was told when the last one is empty")
    func empty() {
        #expect(Self.told([""]).text.isEmpty)
        #expect(Self.told(["", "one two three", "one two three", ""]).text == "one two")
    }

    @Test("Is the sum of what was told, whatever the readings", arguments: 0..<200)
    func sum(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let words = ["a", "bee,", "sea.", "Dee", "世界", "e-f", "(gee)", "1,000"]
        let readings = (0..<8).map { _ in
            (0..<Int.random(in: 0...12, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
                .joined(separator: " ")
        }
        let (deltas, text) = Self.told(readings)
        #expect(deltas.joined() == text)
    }
}
