public import Chat
public import SpeechSynthesis
public import Transcription

extension SessionCore {
    /// What its driver has to do.
    public enum Effect: Equatable, Sendable {
        case tell(SessionEvent)
        /// Keep an utterance on disk, before an engine is asked; its samples begin with so much of the one before.
        case keep(SessionEvent.Item, leftContext: Int, TranscriptionRequest)
        /// Ask the engine, and hand what it says to ``finish(_:with:into:)``.
        case transcribe(TranscriptionRequest, as: RequestID, for: Purpose)
        /// What was asked ahead is the result for an utterance: count it as one.
        case adopt(Result<Transcript, TranscriptionError>)
        /// Ask the language model, and hand over the parts of its reply and how it ended.
        case ask(ChatRequest, as: RequestID)
        /// Make speech at a rate, and hand over its samples and how it ended.
        case speak(SynthesisRequest, rate: Int, as: RequestID)
        /// Nobody waits for this request to the language model or for this speech any more.
        case cancel(RequestID)
        /// Ask a model whether the speaker of this audio has finished.
        case judge([Int16], as: RequestID)
        /// Find a character, and hand it to ``finish(_:recalling:into:)``.
        case recall(CharacterChoice, as: RequestID)
        /// Keep what was said, and hand what became of it to ``finish(remembering:into:)``: before the effects behind
        /// this one are carried out, as these tell the client of it.
        case remember([MemoryEntry], in: String)
        /// Call ``advance(to:into:)`` after this time, at the latest.
        case wake(after: Duration)
    }

    /// Why an engine is asked.
    public enum Purpose: Equatable, Sendable {
        case utterance
        /// To learn which of two utterances has a word that both heard.
        case seam
        /// For an utterance that may not have ended; the engine may refuse with `.cancelled`.
        case ahead
    }
}
