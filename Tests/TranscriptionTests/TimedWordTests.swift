import Testing

@testable import Transcription

@Suite("Timed words")
struct TimedWordTests {
    private func words(_ times: [(Double, Double)], sampleCount: Int) -> [Range<Int>] {
        let words = times.map { TimedWord(text: " w ", start: $0.0, end: $0.1) }
        let transcript = TranscriptionResponse(text: "t", words: words).transcript(sampleCount: sampleCount)
        #expect(transcript.text == "t")
        #expect(transcript.words.allSatisfy { $0.text == "w" })
        return transcript.words.map(\.range)
    }

    @Test("Times become samples, rounded to nearest")
    func samples() {
        #expect(words([(0, 0.5), (0.50003, 1.00004)], sampleCount: 32_000) == [0..<8_000, 8_000..<16_001])
    }

    @Test("Words are clipped to the utterance, and turned the right way round")
    func clipping() {
        #expect(
            words([(-1, 0.5), (0.9, 7), (2, 30.9), (0.5, 0.25)], sampleCount: 16_000)
                == [0..<8_000, 14_400..<16_000, 16_000..<16_000, 8_000..<8_000]
        )
    }

    @Test("Times out of proportion are nanoseconds")
    func nanoseconds() {
        #expect(words([(0, 250_000_000), (5e8, 1e9)], sampleCount: 16_000) == [0..<4_000, 8_000..<16_000])
    }

    @Test("Times that fit no unit are left out", arguments: [31.1, 5_000, 3.2e10, 1e300])
    func outOfProportion(time: Double) {
        let isNanoseconds = time * 1e-9 <= 31
        #expect(words([(0, time)], sampleCount: 16_000).count == (isNanoseconds ? 1 : 0))
    }

    @Test("A time within Whisper's padding is seconds still")
    func padding() {
        #expect(words([(0, 31)], sampleCount: 16_000) == [0..<16_000])
    }

    @Test("Segments become ranges of samples in the same unit as the words")
    func segments() {
        var segment = TimedSegment(text: "t", start: 0.5, end: 9)
        segment.noSpeechProbability = 0.25
        let response = TranscriptionResponse(text: "t", segments: [segment])
        let result = response.transcript(sampleCount: 16_000).segments
        #expect(result.map(\.range) == [8_000..<16_000])
        #expect(result.map(\.noSpeechProbability) == [0.25])
    }

    @Test("Words without a letter of text are left out")
    func empty() {
        let response = TranscriptionResponse(text: "t", words: [.init(text: "  ", start: 0, end: 1)])
        #expect(response.transcript(sampleCount: 16_000).words.isEmpty)
    }

    @Test(
        "Tokens join to words where words begin with a space",
        arguments: [
            (["a", "b"], ["a", "b"]), ([" a", "b", " c"], [" ab", " c"]), (["a", " b", "."], ["a", " b."]),
            ([" ok", "你", "好", "!"], [" ok", "你", "好!"]), ([], []),
            ([" 안녕", "하", "세요"], [" 안녕하세요"]), ([" สวัส", "ดี"], [" สวัส", "ดี"]),
        ]
    )
    func joining(tokens: [String], expected: [String]) {
        let timed = tokens.enumerated().map {
            TimedWord(text: $0.element, start: Double($0.offset), end: Double($0.offset) + 1)
        }
        let joined = TimedWord.joined(timed)
        #expect(joined.map(\.text) == expected)
        #expect(joined.first?.start == timed.first?.start)
        #expect(joined.last?.end == timed.last?.end)
    }
}
