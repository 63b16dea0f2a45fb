import Audio
import Sessions
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
    }

    /// One word, where it lies in the file.
    struct Word: Equatable, Sendable {
        var text: String
        var range: Range<SamplePosition>
    }

    /// Samples in the whole file.
    let length: Int
    private(set) var segments: [Segment] = []

    init(length: Int) { self.length = length }

    /// The segments' text, joined.
    var text: String { segments.map { $0.separator + $0.text }.joined() }

    var words: [Word] { segments.flatMap(\.words) }

    /// Seconds.
    var duration: Double { Self.seconds(SamplePosition(length)) }

    /// Adds the next utterance; returns the segment it became, or `nil` when nothing was recognised in it.
    mutating func append(_ transcript: Transcript, at range: Range<SamplePosition>) -> Segment? {
        guard !transcript.text.isEmpty else { return nil }
        let separator = segments.last.map { Self.separator(between: $0.text, and: transcript.text) } ?? ""
        let words = transcript.words.map { word in
            // An engine's times may lie a little outside of what it was given.
            let start = min(range.lowerBound + SamplePosition(word.range.lowerBound), range.upperBound)
            let end = min(range.lowerBound + SamplePosition(word.range.upperBound), range.upperBound)
            return Word(text: word.text, range: start..<end)
        }
        let segment = Segment(range: range, text: transcript.text, separator: separator, words: words)
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
