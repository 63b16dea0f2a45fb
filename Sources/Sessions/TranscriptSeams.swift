import Audio
import Transcription

/// Gives each of two utterances its own words where the first was cut for its length.
///
/// The engine hears the audio around such a seam twice, once with what comes after it and once with what came before, and
/// is unsure only of words near the ends of what it hears. With word times, an utterance has the words whose middle lies
/// in it, and the next goes on where the last of these ended, so that a word on the seam is neither said twice nor lost. A
/// word that lasts until the engine heard no more may be half of one, and is left to the next. Without word times, the
/// first utterance keeps all of its words, and the next loses the `DoubledWords`.
///
/// It sees the outcomes of a session in audio order.
struct TranscriptSeams {
    /// The utterance before.
    private struct Previous {
        /// Where it ends.
        var end: SamplePosition
        var rightContext: Int
        var text: String
        /// Where its last word ended; `nil` without word times.
        var wordsEnd: SamplePosition?
    }

    /// How near to the end of the audio the end of a word that is cut off lies, at most: 50 ms.
    private static let edge = SampleClock.samples(milliseconds: 50)

    private var previous: Previous?

    /// The event as the client gets it.
    mutating func event(_ event: SessionEvent, _ context: Utterance.Context) -> SessionEvent {
        guard case .transcribed(let item, let heard) = event, context != Utterance.Context() else {
            previous = nil
            return event
        }
        let before = previous.flatMap { context.left > 0 && $0.end == item.range.lowerBound ? $0 : nil }
        let spoken = SpokenWords(heard.text)
        let hasTimes = !heard.words.isEmpty && heard.words.count == spoken.words.count
        var own = own(heard, spoken, hasTimes: hasTimes, item.range, context, after: before)
        let last = own.words.last.map { item.range.lowerBound + SamplePosition($0.range.upperBound) }
        previous = Previous(
            end: item.range.upperBound,
            rightContext: context.right,
            text: own.text,
            wordsEnd: heard.text.isEmpty || hasTimes ? last ?? item.range.lowerBound : nil
        )
        own.rejection = heard.rejection
        return .transcribed(item, own)
    }

    /// - Parameter hasTimes: Whether each spoken word has its time.
    private func own(
        _ heard: Transcript,
        _ spoken: SpokenWords,
        hasTimes: Bool,
        _ range: Range<SamplePosition>,
        _ context: Utterance.Context,
        after before: Previous?
    ) -> Transcript {
        let start = range.lowerBound - SamplePosition(context.left)
        let from = context.left > 0 ? before?.wordsEnd ?? range.lowerBound : start
        let until = context.right > 0 ? range.upperBound : .max
        let lastEnd = context.right > 0 ? context.left + range.count + context.right - Self.edge : .max
        let inside = heard.words.indices.filter { index in
            let word = heard.words[index].range
            let middle = start + SamplePosition((word.lowerBound + word.upperBound) / 2)
            return from <= middle && middle < until && word.upperBound < lastEnd
        }
        var kept = 0..<spoken.words.count
        if hasTimes { kept = inside.first.map { $0..<inside[inside.count - 1] + 1 } ?? 0..<0 }
        if let before, before.wordsEnd == nil {
            let doubled = DoubledWords(
                first: SpokenWords(before.text),
                second: spoken,
                overlap: context.left + before.rightContext
            )
            kept = doubled.count..<max(doubled.count, kept.upperBound)
        }
        let words = inside.map { index in
            let word = heard.words[index]
            return Transcript.Word(text: word.text, range: Self.shifted(word.range, by: context.left))
        }
        return Transcript(text: spoken.text(of: kept), words: words)
    }

    /// A range counted from a later sample; what lies before that is cut off.
    private static func shifted(_ range: Range<Int>, by count: Int) -> Range<Int> {
        max(0, range.lowerBound - count)..<max(0, range.upperBound - count)
    }
}
