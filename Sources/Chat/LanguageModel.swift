/// A language model that answers a conversation.
public protocol LanguageModel: Sendable {
    /// What it is called on the wire and in logs.
    var name: String { get }

    /// Writes the reply to a conversation.
    ///
    /// Cancelling the calling task breaks the work off at once.
    ///
    /// - Parameter deliver: Gets the parts of the reply in order, on any thread, until the call returns.
    /// - Throws: `ChatError`, also for cancellation (`.cancelled`), perhaps after parts have been delivered.
    func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd
}
