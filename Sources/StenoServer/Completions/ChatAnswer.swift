import Chat

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
        guard let servers = self as? PooledLanguageModel else {
            return try await OwnCompletion(self, request).answer()
        }
        let answer = try await servers.forward(request)
        let fallback = request.isStreamed ? ChatAnswer.eventStream : ChatAnswer.json
        return ChatAnswer(contentType: answer.contentType ?? fallback) { try await answer.next() }
    }
}
