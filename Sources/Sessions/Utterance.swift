import Audio
import Transcription

/// Speech that was cut out of a stream, and what to ask an engine about it.
struct Utterance: Equatable, Sendable {
    /// Samples on either side of an item that the engine hears too, because it was cut there for its length.
    struct Context: Equatable, Sendable {
        var left = 0
        var right = 0
    }

    var item: SessionEvent.Item
    var context = Context()
    /// The item's samples, with those of the context.
    var request: TranscriptionRequest
}
