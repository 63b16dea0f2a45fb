public import Chat
import Synchronization

/// The whole text of a reply.
public enum ReplyText {
    /// Waits for all of a reply; calls of tools are left out.
    ///
    /// - Parameter maximum: Bytes; what comes after them is left out.
    public static func collect(
        _ request: ChatRequest,
        from model: any LanguageModel,
        atMost maximum: Int
    ) async throws(ChatError) -> String {
        let text = Mutex("")
        let end = try await model.reply(to: request) { part in
            guard case .text(let more) = part else { return }
            text.withLock { text in
                if text.utf8.count + more.utf8.count <= maximum { text += more }
            }
        }
        _ = end
        return text.withLock(\.self)
    }
}
