/// An engine that turns one utterance into text.
///
/// Implementations bound their own concurrency: a caller may ask for any number of utterances at once, and each call
/// waits for its turn. Cancelling the calling task cancels the work as far as the engine can.
public protocol Transcriber: Sendable {
    /// Transcribes a whole utterance.
    ///
    /// - Throws: `TranscriptionError`, also for cancellation (`.cancelled`).
    func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript

    /// Utterances that wait for their turn.
    var waiting: Int { get }

    /// What the engine can do now with the model that a client asks for; asked for each utterance, so it must be cheap.
    func capabilities(model: String?) -> EngineCapabilities
}

extension Transcriber {
    /// None, where nothing waits.
    public var waiting: Int { 0 }

    /// Nothing but transcripts.
    public func capabilities(model: String?) -> EngineCapabilities { EngineCapabilities() }
}
