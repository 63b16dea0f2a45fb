import Chat
import HTTPTransfer

/// The language model's answer to a client's own request, in the bytes that the client gets.
struct ChatAnswer: Sendable {
    var contentType: String
    /// Waits for more of it, and gives `nil` at the end.
    ///
    /// What is not asked for slows the model down.
    ///
    /// - Throws: `ChatError`.
    var next: @Sendable () async throws -> [UInt8]?

    var isStreamed: Bool { contentType.hasPrefix(Self.eventStream) }

    static let eventStream = "text/event-stream"
    static let json = "application/json"

    /// All of it.
    ///
    /// - Throws: `ChatError`, also where it is over `limit` bytes.
    func whole(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await next() {
            guard bytes.count + piece.count <= limit else { throw ChatError.invalidResponse }
            bytes += piece
        }
        return bytes
    }
}

extension LanguageModel {
    /// Answers a client's own request: by what its server says, or with a completion made of what it says itself.
    func answer(to request: ForwardedRequest) async throws -> ChatAnswer {
        guard let model = self as? ChatCompletionsModel else { return try await OwnCompletion(self, request).answer() }
        let response = try await model.forward(request)
        let fallback = request.isStreamed ? ChatAnswer.eventStream : ChatAnswer.json
        return ChatAnswer(contentType: response.contentType ?? fallback) {
            do throws(TransferError) {
                return try await response.next()
            } catch {
                throw model.failure(error)
            }
        }
    }
}
