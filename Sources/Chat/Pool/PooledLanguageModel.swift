public import Backends

/// Servers of language models as one, by the rules of `BackendPool`.
///
/// A server that fails before the first part of its reply is no matter for who asks while another one answers. Serves
/// while `run` runs.
public final class PooledLanguageModel: LanguageModel, PooledStreams {
    /// Conversations of up to so many characters count as equally much to read.
    public static let unit = 4_000

    public let pool: StreamPool<ChatError>
    private let models: [ChatCompletionsModel]
    /// The longest wait for the first part of a reply, with all attempts.
    private let patience: Duration

    /// - Parameters:
    ///   - models: At least one.
    ///   - pool: Its members are these, in their order, and its unit is `unit`.
    public init(_ models: [ChatCompletionsModel], in pool: StreamPool<ChatError>) {
        self.models = models
        self.pool = pool
        patience = models.map(\.configuration.firstTokenTimeout).max() ?? .zero
    }

    /// That of the first.
    public var name: String { models[0].name }

    public func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        let size = request.messages.reduce(0) { $0 + $1.size }
        return try await pool.serve(size: size, within: patience) {
            [models] (member, left) async throws(Miss<ChatError>) in
            let model = models[member]
            return try await model.open(request, within: min(left, model.configuration.firstTokenTimeout))
        } finish: { (member, reply) async throws(Miss<ChatError>) in
            try await self.models[member].finish(reply, deliver)
        }
    }

    /// Passes a client's own request on, and gives the answer while it comes; its status is 2xx.
    ///
    /// The address and key are those of the server that takes it, and so is the model where one is configured.
    public func forward(_ request: ForwardedRequest) async throws(ChatError) -> ForwardedAnswer {
        // An answer in one piece has no first token to wait for: all of it has to be written before it comes.
        let patience = request.isStreamed ? patience : ChatCompletionsModel.maximumDuration
        let served = try await pool.open(
            model: request.model,
            size: request.body.count,
            within: patience,
            isMeasured: request.isStreamed
        ) { [models] (member, left) async throws(Miss<ChatError>) in
            let model = models[member]
            let limit = request.isStreamed ? min(left, model.configuration.firstTokenTimeout) : left
            return try await model.open(request, within: limit)
        }
        return ForwardedAnswer(served.answer, of: models[served.member], place: served.place)
    }
}

extension ChatMessage {
    /// Characters that a model has to read.
    fileprivate var size: Int {
        switch self {
        case .system(let text), .user(let text), .assistant(let text), .output(_, let text): text.utf8.count
        case .call(let call): call.name.utf8.count + call.arguments.utf8.count
        }
    }
}
