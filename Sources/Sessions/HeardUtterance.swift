import Audio
import Transcription

/// What an engine heard in an utterance and the context around it, word by word.
struct HeardUtterance {
    /// How near to the end of the audio the end of a word that is cut off lies, at most: 50 ms.
    private static let edge = SampleClock.samples(milliseconds: 50)

    let item: SessionEvent.Item
    let context: Utterance.Context
    let transcript: Transcript
    let spoken: SpokenWords
    /// `nil` where the engine gave no times, or none that belong to the text.
    let alignment: WordAlignment?

    init(_ transcript: Transcript, of item: SessionEvent.Item, with context: Utterance.Context) {
        self.transcript = transcript
        self.item = item
        self.context = context
        spoken = SpokenWords(transcript.text)
        alignment = WordAlignment(of: spoken, to: transcript.words)
    }

    /// Where the first sample that the engine heard lies.
    var start: SamplePosition { item.range.lowerBound - SamplePosition(context.left) }

    /// Index of the first word whose middle is not before `position`; `nil` without times.
    func firstWord(from position: SamplePosition) -> Int? {
        guard let alignment else { return nil }
        return alignment.ranges.firstIndex { middle(of: $0) >= position } ?? spoken.words.count
    }

    /// Index behind the last word that is this utterance's own rather than the next one's.
    ///
    /// A word that lasts until the engine heard no more may be half of one, and is the next one's.
    var endOfOwnWords: Int {
        guard let alignment, context.right > 0 else { return spoken.words.count }
        let lastEnd = context.left + item.range.count + context.right - Self.edge
        let last = alignment.ranges.lastIndex { middle(of: $0) < item.range.upperBound && $0.upperBound < lastEnd }
        return last.map { $0 + 1 } ?? 0
    }

    /// Where a word ends; `nil` without times.
    func end(ofWord index: Int) -> SamplePosition? {
        alignment.map { start + SamplePosition($0.ranges[index].upperBound) }
    }

    /// Where a word begins; `nil` without times, or where there is no such word.
    func start(ofWord index: Int) -> SamplePosition? {
        guard let alignment, alignment.ranges.indices.contains(index) else { return nil }
        return start + SamplePosition(alignment.ranges[index].lowerBound)
    }

    /// The transcript with these words alone, its times counted from the utterance's own first sample.
    func transcript(of kept: Range<Int>) -> Transcript {
        var own = transcript
        own.text = spoken.text(of: kept)
        own.words = []
        if let alignment {
            own.words = zip(transcript.words, alignment.owners).filter { kept.contains($0.1) }.map { word, _ in
                .init(text: word.text, range: shifted(word.range))
            }
        }
        own.segments = segments(of: kept)
        return own
    }

    /// The engine's segments with these words alone; none where their texts are not the transcript's.
    private func segments(of kept: Range<Int>) -> [Transcript.Segment] {
        let parts = transcript.segments.map { Transcript.Word(text: $0.text, range: $0.range) }
        guard let starts = WordAlignment(of: spoken, to: parts)?.owners else { return [] }

        return transcript.segments.indices.compactMap { index in
            let end = index + 1 < starts.count ? starts[index + 1] : spoken.words.count
            let all = starts[index]..<max(starts[index], end)
            let words = all.clamped(to: kept)
            guard !words.isEmpty else { return nil }

            var segment = transcript.segments[index]
            segment.text = spoken.text(of: words)
            segment.range = shifted(segment.range).clamped(to: 0..<item.range.count)
            if words != all { segment.tokens = [] }
            return segment
        }
    }

    private func middle(of range: Range<Int>) -> SamplePosition {
        start + SamplePosition((range.lowerBound + range.upperBound) / 2)
    }

    /// A range counted from the utterance's first sample; what lies before that is cut off.
    private func shifted(_ range: Range<Int>) -> Range<Int> {
        max(0, range.lowerBound - context.left)..<max(0, range.upperBound - context.left)
    }
}
