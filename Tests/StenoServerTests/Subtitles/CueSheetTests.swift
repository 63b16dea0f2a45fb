import Audio
import SpeechDetection
import TestSupport
import Testing
import Transcription

@testable import StenoServer

@Suite("Cues of an utterance")
struct CueSheetTests {
    /// Cues as their times in milliseconds and their texts.
    struct Line: Equatable, CustomStringConvertible {
        var start: Int
        var end: Int
        var text: String

        init(_ start: Int, _ end: Int, _ text: String) { (self.start, self.end, self.text) = (start, end, text) }

        init(_ cue: Cue) {
            start = Int(SampleClock.milliseconds(at: cue.range.lowerBound))
            end = Int(SampleClock.milliseconds(at: cue.range.upperBound))
            text = cue.text
        }

        var description: String { "\(start)-\(end) \(text)" }
    }

    static func range(_ start: Int, _ end: Int) -> Range<Int> { 16 * start..<16 * end }

    static func positions(_ start: Int, _ end: Int) -> Range<SamplePosition> {
        SamplePosition(16 * start)..<SamplePosition(16 * end)
    }

    /// The cues of an utterance that lies at 0 and is so many milliseconds long.
    static func cues(_ transcript: Transcript, length: Int, speech: [Range<SamplePosition>] = []) -> [Cue] {
        var file = FileTranscript(length: 16 * length)
        _ = file.append(transcript, at: positions(0, length))
        file.speech = SpeechRuns(speech)
        let cues = file.cues
        #expect(cues.map { $0.separator + $0.text }.joined() == file.text)
        return cues
    }

    static func segment(_ start: Int, _ end: Int, _ text: String) -> Transcript.Segment {
        var segment = Transcript.Segment(text: text, range: range(start, end))
        segment.averageLogProbability = -0.25
        segment.tokens = [1, 2]
        return segment
    }

    /// Words that last 300 ms each and follow one another after 100 ms, from `start` on.
    static func words(_ text: String, from start: Int = 0) -> [Transcript.Word] {
        text.split(separator: " ").enumerated().map { index, word in
            Transcript.Word(text: String(word), range: range(start + 400 * index, start + 400 * index + 300))
        }
    }

    @Test("Are the engine's segments, with its times and figures")
    func segments() {
        var transcript = Transcript(text: "Eins zwei. Drei vier.")
        transcript.segments = [Self.segment(0, 700, "Eins zwei."), Self.segment(700, 1_400, "Drei vier.")]
        let cues = Self.cues(transcript, length: 1_400, speech: [Self.positions(200, 1_400)])
        #expect(cues.map(Line.init) == [Line(0, 700, "Eins zwei."), Line(700, 1_400, "Drei vier.")])
        #expect(cues.map(\.decoding) == transcript.segments)
    }

    @Test("Divide a segment that is too long by its words, which keep its figures and not its tokens")
    func longSegment() {
        let first = "One two three four five six seven eight nine ten."
        let second = "Eleven twelve thirteen fourteen."
        var transcript = Transcript(text: "\(first) \(second)", words: Self.words("\(first) \(second)", from: 100))
        transcript.segments = [Self.segment(0, 7_500, transcript.text)]
        let cues = Self.cues(transcript, length: 8_000)
        #expect(cues.map(Line.init) == [Line(0, 4_000, first), Line(4_100, 7_500, second)])
        #expect(cues.map(\.decoding?.averageLogProbability) == [-0.25, -0.25])
        #expect(cues.map(\.decoding?.tokens) == [[], []])
    }

    @Test("Cut off long silence before a segment, and leave short silence to the engine")
    func leadingSilence() {
        var transcript = Transcript(text: "Late.")
        transcript.segments = [Self.segment(0, 5_000, "Late.")]
        func start(_ voice: Int) -> Int {
            Self.cues(transcript, length: 5_000, speech: [Self.positions(voice, 4_500)]).map { Line($0).start }[0]
        }
        #expect(start(3_000) == 3_000)
        #expect(start(400) == 0)
    }

    @Test("Pass over segments that are not the text")
    func foreignSegments() {
        var transcript = Transcript(text: "One two.")
        transcript.segments = [Self.segment(0, 1_000, "One three.")]
        let cues = Self.cues(transcript, length: 2_000, speech: [Self.positions(500, 1_500)])
        #expect(cues.map(Line.init) == [Line(500, 1_500, "One two.")])
        #expect(cues[0].decoding == nil)
    }

    @Test("End with sentences where words have times, also when the words come without punctuation")
    func sentences() {
        let transcript = Transcript(
            text: "First we go there. Then, you see, we stop.",
            words: Self.words("first we go there then you see we stop", from: 1_000)
        )
        #expect(
            Self.cues(transcript, length: 6_000).map(Line.init) == [
                Line(1_000, 2_500, "First we go there."), Line(2_600, 4_500, "Then, you see, we stop."),
            ]
        )
    }

    @Test("Hold no long pause")
    func pauses() {
        let transcript = Transcript(
            text: "one two three four",
            words: Self.words("one two three", from: 0) + Self.words("four", from: 4_000)
        )
        let cues = Self.cues(transcript, length: 6_000).map(Line.init)
        #expect(cues == [Line(0, 1_100, "one two three"), Line(4_000, 4_300, "four")])
    }

    @Test("Begin with the voice when the engine puts the first word into the silence before it")
    func earlyWord() {
        let words = [Transcript.Word(text: "Yes", range: Self.range(0, 3_000))]
        let speech = [Self.positions(2_100, 3_000)]
        let cues = Self.cues(Transcript(text: "Yes.", words: words), length: 3_000, speech: speech)
        #expect(cues.map(Line.init) == [Line(2_100, 3_000, "Yes.")])
    }

    @Test("Share the text out over the speech that was heard where nothing says when words were said")
    func runs() {
        let text = "The first sentence is here. The second sentence is now."
        let speech = [Self.positions(500, 2_500), Self.positions(6_000, 8_000)]
        let cues = Self.cues(Transcript(text: text), length: 9_000, speech: speech).map(Line.init)
        #expect(cues.map(\.text) == ["The first sentence is here.", "The second sentence is now."])
        #expect(cues[0].start == 500 && (2_400...2_500).contains(cues[0].end))
        #expect((6_000...6_100).contains(cues[1].start) && cues[1].end == 8_000)
    }

    @Test("Keep the limits of length and time, whatever is said", arguments: 1...40 as ClosedRange<UInt64>)
    func limits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        var (text, words, time) = ("", [Transcript.Word](), 0)
        for index in 0..<60 {
            let word = String(repeating: "a", count: number(1...12)) + [",", ".", "", "", ""][number(0...4)]
            time += number(0...9) == 0 ? 1_500 : 50
            text += (index == 0 ? "" : " ") + word
            words.append(Transcript.Word(text: word, range: Self.range(time, time + 250)))
            time += 250
        }
        for words in [words, []] {
            let cues = Self.cues(Transcript(text: text, words: words), length: time)
            for cue in cues {
                #expect(cue.range.count <= CueLimits.longest)
                #expect(CueLines(cue.text).lines.count <= 2)
                #expect(CueLines(cue.text).lines.allSatisfy { $0.count <= CueLimits.lineLength })
            }
            #expect(zip(cues, cues.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
        }
    }

    @Test("Divide scripts without spaces too, and leave their punctuation where it is")
    func solid() {
        let text = String(repeating: "これは長い文です。", count: 12)
        let cues = Self.cues(Transcript(text: text), length: 20_000)
        #expect(cues.count > 2)
        #expect(cues.allSatisfy { $0.text.hasSuffix("。") && $0.separator.isEmpty })
    }

    @Test("Are as they are when the text has no letters")
    func symbols() {
        let words = [Transcript.Word(text: "♪", range: Self.range(0, 100))]
        #expect(Self.cues(Transcript(text: "♪ ♪", words: words), length: 1_000).map(\.text) == ["♪ ♪"])
    }
}
