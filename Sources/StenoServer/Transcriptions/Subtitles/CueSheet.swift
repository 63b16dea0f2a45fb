import Audio
import SpeechDetection
import Transcription

/// The cues of one utterance; their texts, joined by their separators, are the utterance's text.
///
/// The engine's own segments are cues where it gave some, divided further where they are too long. Without, words are
/// divided by when they were said; where that is unknown too, the text is shared out over the speech that was heard.
struct CueSheet {
    private(set) var cues: [Cue] = []

    /// More silence than this at the start of what an engine gave a time for is cut off: 500 ms.
    ///
    /// Less may be a soft beginning, of which engines know more than detectors.
    private static let tolerance = SamplePosition(SampleClock.samples(milliseconds: 500))

    private let utterance: FileTranscript.Segment
    private let speech: SpeechRuns

    /// - Parameter speech: Where in the file there was a voice.
    init(_ utterance: FileTranscript.Segment, speech: SpeechRuns) {
        self.utterance = utterance
        self.speech = speech
        var tokens = CueToken.tokens(of: utterance.text)
        guard !tokens.isEmpty else { return }

        let hasTimes = Self.setTimes(of: utterance.words, in: &tokens)
        let parts = utterance.parts
        if let owners = CueAlignment.pieces(parts.map(\.decoding.text), of: tokens) {
            for (index, part) in parts.enumerated() {
                let own = tokens.indices.filter { owners[$0].lowerBound == index }
                guard let first = own.first, let last = own.last else { continue }
                append(Array(tokens[first...last]), hasTimes: hasTimes, of: part)
            }
        } else {
            append(tokens, hasTimes: hasTimes, of: nil)
        }

        settle()
    }

    private static func setTimes(of words: [FileTranscript.Word], in tokens: inout [CueToken]) -> Bool {
        guard let owners = CueAlignment.pieces(words.map(\.text), of: tokens) else { return false }
        for index in tokens.indices {
            let start = words[owners[index].lowerBound].range.lowerBound
            tokens[index].time = start..<max(start, words[owners[index].upperBound].range.upperBound)
        }
        return true
    }

    /// Adds the cues of words that belong together: those of one of the engine's segments, or all.
    private mutating func append(_ tokens: [CueToken], hasTimes: Bool, of part: FileTranscript.Part?) {
        let span: Range<SamplePosition>
        if let part {
            span = voiced(part.range, tolerance: Self.tolerance)
        } else {
            span = voiced(utterance.range, tolerance: 0)
        }

        var tokens = tokens
        if !hasTimes {
            let shared = SharedTime(speech.clamped(to: span), in: span)
            for (index, time) in shared.times(of: tokens.map(\.offsets.count)).enumerated() {
                tokens[index].time = time
            }
        }

        if let part, isShortEnough(tokens, in: span) { return append(tokens, in: span, part.decoding) }

        let division = CueDivision(tokens).cues
        for (index, range) in division.enumerated() {
            let words = Array(tokens[range])
            var (start, end) = (words[0].time.lowerBound, words[words.count - 1].time.upperBound)
            if part != nil, index == 0 { start = span.lowerBound }
            if part != nil, index == division.count - 1 { end = span.upperBound }
            var time = start..<max(start, end)
            if part == nil { time = voiced(time, tolerance: Self.tolerance) }
            var decoding = part?.decoding
            // Whose tokens are whose is not known.
            if division.count > 1 { decoding?.tokens = [] }
            append(words, in: time, decoding)
        }
    }

    private mutating func append(
        _ tokens: [CueToken],
        in range: Range<SamplePosition>,
        _ decoding: Transcript.Segment?
    ) {
        let text = utterance.text
        let start = tokens[0].range.lowerBound
        let gap = text[..<start].reversed().prefix { $0.isWhitespace }.reversed()
        let cue = Cue(
            range: range,
            text: String(text[start..<tokens[tokens.count - 1].range.upperBound]),
            separator: cues.isEmpty ? utterance.separator : String(gap),
            decoding: decoding
        )
        cues.append(cue)
    }

    private func isShortEnough(_ tokens: [CueToken], in span: Range<SamplePosition>) -> Bool {
        let length = tokens[tokens.count - 1].offsets.upperBound - tokens[0].offsets.lowerBound
        return length <= CueLimits.length && span.count <= CueLimits.longest
    }

    /// A range that begins with a voice, where there is one in it.
    private func voiced(_ range: Range<SamplePosition>, tolerance: SamplePosition) -> Range<SamplePosition> {
        guard let start = speech.voice(from: range.lowerBound), start < range.upperBound,
            start - range.lowerBound > tolerance
        else { return range }
        return start..<range.upperBound
    }

    /// Lets no cue begin before the one before it, nor end after the next has begun.
    private mutating func settle() {
        for index in cues.indices.dropFirst() {
            let (before, range) = (cues[index - 1].range, cues[index].range)
            let start = max(range.lowerBound, before.lowerBound)
            cues[index - 1].range = before.lowerBound..<min(before.upperBound, start)
            cues[index].range = start..<max(start, range.upperBound)
        }
    }
}
