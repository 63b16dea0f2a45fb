import Audio
import Sessions
import SpeechDetection
import Transcription

/// What was said in a file, utterance by utterance.
struct FileTranscript: Equatable, Sendable {
    /// One utterance in which something was recognised.
    struct Segment: Equatable, Sendable {
        /// Where it lies in the file.
        var range: Range<SamplePosition>
        /// Without white space at either end; never empty.
        var text: String
        /// What stands between it and the segment before: a space, or nothing.
        var separator: String
        var words: [Word]
        /// The engine's own division; empty where it gave none.
        var parts: [Part] = []
    }

    /// A segment as the engine gave it.
    struct Part: Equatable, Sendable {
        /// Where it lies in the file.
        var range: Range<SamplePosition>
        var decoding: Transcript.Segment
    }

    /// One word, where it lies in the file.
    struct Word: Equatable, Sendable {
        var text: String
        var range: Range<SamplePosition>
    }

    /// Samples in the whole file.
    let length: Int
    private(set) var segments: [Segment] = []
    /// ISO 639-1 code of the language that the engine heard first, if it said so.
    private(set) var language: String?
    /// Where there was a voice.
    var speech = SpeechRuns()

    init(length: Int) { self.length = length }

    /// The segments' text, joined.
    var text: String { segments.map { $0.separator + $0.text }.joined() }

    /// Every word; `nil` when the engine does not tell when words were said.
    var words: [Word]? {
        let words = segments.flatMap(\.words)
        return words.isEmpty && !segments.isEmpty ? nil : words
    }

    /// The text in pieces to show or to list.
    var cues: [Cue] { segments.flatMap { CueSheet($0, speech: speech).cues } }

    /// Seconds.
    var duration: Double { Self.seconds(SamplePosition(length)) }

    /// Adds the next utterance; returns the segment it became, or `nil` when nothing was recognised in it.
    mutating func append(_ transcript: Transcript, at range: Range<SamplePosition>) -> Segment? {
        guard !transcript.text.isEmpty else { return nil }

        let separator = segments.last.map { Self.separator(between: $0.text, and: transcript.text) } ?? ""

        // An engine's times may lie a little outside of what it was given.
        func place(_ time: Range<Int>) -> Range<SamplePosition> {
            let start = min(range.lowerBound + SamplePosition(time.lowerBound), range.upperBound)
            return start..<min(range.lowerBound + SamplePosition(time.upperBound), range.upperBound)
        }

        let segment = Segment(
            range: range,
            text: transcript.text,
            separator: separator,
            words: transcript.words.map { Word(text: $0.text, range: place($0.range)) },
            parts: transcript.segments.map { Part(range: place($0.range), decoding: $0) }
        )
        language = language ?? transcript.language
        segments.append(segment)
        return segment
    }

    /// The position in seconds, in whole milliseconds.
    static func seconds(_ position: SamplePosition) -> Double { Double(SampleClock.milliseconds(at: position)) / 1_000 }

    /// Scripts that are written without spaces need none between sentences.
    private static func separator(between before: String, and after: String) -> String {
        guard let last = before.unicodeScalars.last, let first = after.unicodeScalars.first else { return "" }
        return last.isUnspaced && first.isUnspaced ? "" : " "
    }
}
