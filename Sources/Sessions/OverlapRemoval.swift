import Audio
import Transcription

/// Takes words that two transcripts share, because their utterances share audio, out of the second.
///
/// It sees the outcomes of a session in audio order.
struct OverlapRemoval {
    private var previous: (end: SamplePosition, length: Int, transcript: Transcript)?

    /// The event as the client gets it.
    mutating func event(_ event: SessionEvent) -> SessionEvent {
        guard case .transcribed(let item, let transcript) = event else {
            previous = nil
            return event
        }
        defer { previous = (item.range.upperBound, item.range.count, transcript) }
        guard item.overlap > 0, let previous, previous.end == item.range.lowerBound + SamplePosition(item.overlap)
        else { return event }
        let doubled = DoubledWords(
            first: previous.transcript,
            offset: previous.length - item.overlap,
            second: transcript,
            overlap: item.overlap
        )
        return .transcribed(item, doubled.removed)
    }
}
