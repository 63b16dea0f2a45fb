import Audio
import Transcription

/// Gives each of two utterances its own words where the first was cut for its length.
///
/// The engine hears the audio around such a seam twice, once with what comes after it and once with what came before, and
/// is unsure only of words near the ends of what it hears. Three rules decide, each where the one before it cannot:
///
/// 1. With word times on both sides, an utterance has the words whose middle lies in it, and the next goes on where the
///    last of these ended, so that a word on the seam is neither said twice nor lost.
/// 2. Without, the first utterance keeps its words, and the next loses the `DoubledWords`.
/// 3. Where no words are alike, a short piece of audio around the seam is transcribed by itself (`SeamWords`).
///
/// It sees the outcomes of a session in audio order.
struct TranscriptSeams {
    /// What is known of an outcome.
    enum Step: Equatable {
        /// The event as the client gets it.
        case settled(SessionEvent)
        /// What this piece of audio says decides; `settle` takes it.
        case undecided(TranscriptionRequest)
    }

    /// The utterance before.
    private struct Previous {
        /// Where it ends.
        var end: SamplePosition
        var rightContext: Int
        var text: String
        /// Where its last word ended; `nil` without word times.
        var wordsEnd: SamplePosition?
        var tail: [Int16]
    }

    /// An utterance whose first word is not decided.
    private struct Pending {
        var heard: HeardUtterance
        var before: Previous
        var tail: [Int16]
    }

    private var previous: Previous?
    private var pending: Pending?

    mutating func take(_ event: SessionEvent, _ ends: Utterance.Ends) -> Step {
        let context = ends.context
        guard case .transcribed(let item, let transcript) = event, context != Utterance.Context() else {
            previous = nil
            return .settled(event)
        }

        let heard = HeardUtterance(transcript, of: item, with: context)
        guard context.left > 0, let before = previous, before.end == item.range.lowerBound else {
            let first = context.left > 0 ? heard.firstWord(from: item.range.lowerBound) : 0
            return .settled(settle(heard, from: first ?? 0, ends.tail))
        }

        if let first = Self.firstWord(of: heard, after: before) {
            return .settled(settle(heard, from: first, ends.tail))
        }
        pending = Pending(heard: heard, before: before, tail: ends.tail)
        var request = ends.request
        request.samples = before.tail + ends.head.dropFirst(context.left + before.rightContext)
        return .undecided(request)
    }

    /// Decides on the utterance that `take` could not decide on.
    ///
    /// - Parameter piece: What the engine heard in the piece that was asked for; `nil` when it failed.
    /// - Precondition: The last step was `undecided`.
    mutating func settle(hearing piece: Transcript?) -> SessionEvent {
        guard let pending = pending.take() else { preconditionFailure("There is nothing to decide") }

        let heard = pending.heard
        let decided = piece.flatMap { piece in
            SeamWords(
                first: SpokenWords(pending.before.text),
                second: heard.spoken,
                piece: SpokenWords(piece.text)
            ).firstKept
        }
        let fallback = heard.firstWord(from: heard.item.range.lowerBound) ?? 0
        return settle(heard, from: decided ?? fallback, pending.tail)
    }

    private mutating func settle(_ heard: HeardUtterance, from first: Int, _ tail: [Int16]) -> SessionEvent {
        let kept = first..<max(first, heard.endOfOwnWords)
        let own = heard.transcript(of: kept)
        let last = kept.isEmpty ? nil : heard.end(ofWord: kept.upperBound - 1)
        let knowsEnd = heard.alignment != nil || heard.spoken.words.isEmpty
        previous = Previous(
            end: heard.item.range.upperBound,
            rightContext: heard.context.right,
            text: own.text,
            wordsEnd: knowsEnd ? last ?? heard.item.range.lowerBound : nil,
            tail: tail
        )
        return .transcribed(heard.item, own)
    }

    /// The first word that was not said by the utterance before; `nil` when neither times nor likeness tell.
    private static func firstWord(of heard: HeardUtterance, after before: Previous) -> Int? {
        if let wordsEnd = before.wordsEnd {
            if let first = heard.firstWord(from: wordsEnd) { return first }
            // Nothing that it said was heard here too.
            if wordsEnd <= heard.start { return 0 }
        }

        let first = SpokenWords(before.text)
        guard !first.words.isEmpty, !heard.spoken.words.isEmpty else { return 0 }
        let heardBefore = before.wordsEnd == nil ? before.rightContext : 0
        let overlap = heard.context.left + heardBefore
        if let run = DoubledWords(first: first, second: heard.spoken, overlap: overlap).run {
            return run.before + run.length
        }

        // Its first word was said only after what was heard before.
        let end = heard.item.range.lowerBound + SamplePosition(before.rightContext)
        if let start = heard.start(ofWord: 0), start >= end { return 0 }
        return nil
    }
}
