import Testing

@testable import Transcription

@Suite("PocketSphinx transcript")
struct PocketSphinxTranscriptTests {
    typealias Segment = PocketSphinxDecoder.Segment

    @Test(
        "Leaves out fillers",
        arguments: ["<s>", "</s>", "<sil>", "[NOISE]", "[SPEECH]", "++BREATH++", ""]
    )
    func fillers(text: String) {
        let segments = [Segment(text: text, frames: 0..<5), Segment(text: "a", frames: 5..<9)]
        #expect(Transcript(segments, sampleCount: 10_000).words.map(\.text) == ["a"])
    }

    @Test(
        "Strips the number of a pronunciation and nothing else",
        arguments: [
            ("read", "read"), ("read(2)", "read"), ("read(12)", "read"), ("'tis(3)", "'tis"), ("a()", "a()"),
            ("a(b)", "a(b)"), ("(2)", "(2)"), ("a(2", "a(2"), ("a2)", "a2)"), ("o'clock", "o'clock"),
        ]
    )
    func pronunciations(text: String, expected: String) {
        let transcript = Transcript([Segment(text: text, frames: 0..<5)], sampleCount: 10_000)
        #expect(transcript.text == expected)
    }

    @Test("Turns frames of 10 ms into samples and stays inside the utterance")
    func times() {
        let segments = [
            Segment(text: "<s>", frames: 0..<3), Segment(text: "two", frames: 3..<10),
            Segment(text: "words(2)", frames: 10..<21), Segment(text: "</s>", frames: 21..<22),
        ]
        let expected = Transcript(
            text: "two words",
            words: [.init(text: "two", range: 480..<1_600), .init(text: "words", range: 1_600..<3_300)]
        )
        #expect(Transcript(segments, sampleCount: 3_300) == expected)
    }

    @Test("Is empty without words")
    func empty() {
        #expect(Transcript([], sampleCount: 0) == Transcript(text: ""))
        #expect(Transcript([Segment(text: "<sil>", frames: 0..<9)], sampleCount: 999) == Transcript(text: ""))
    }
}
