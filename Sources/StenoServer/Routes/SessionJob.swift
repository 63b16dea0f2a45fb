import Chat
import Dialects
import Sessions
import SpeechSynthesis
import Spool
import Transcription
import WebSocketTransport

extension SessionEndpoint {
    /// What the session wants done elsewhere.
    enum Job: Sendable {
        case keep(KeptUtterance)
        /// The client has been told of an utterance.
        case settle(item: String, Result<Transcript, TranscriptionError>)
        case recall(CharacterChoice, as: RequestID)
        case remember([MemoryEntry], in: String)
        case start(Call)
        /// Nobody waits for the calls under way any more.
        case cancel
    }

    /// A job that goes on beside others.
    enum Call: Sendable {
        /// - Parameter item: The utterance that it is about, if it is about one.
        case transcribe(TranscriptionRequest, as: RequestID, for: SessionCore.Purpose, item: String?)
        case ask(ChatRequest, as: RequestID, until: Interruption)
        case speak(SynthesisRequest, rate: Int, as: RequestID, until: Interruption)
        case judge([Int16], as: RequestID)
        case decode(WebSocketMessage, by: any Dialect, of: Int)
    }
}
