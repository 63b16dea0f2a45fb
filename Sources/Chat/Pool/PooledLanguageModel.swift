public import Backends
public import Logging

/// Servers of language models as one, by the rules of `BackendPool`.
///
/// A server that fails before the first part of its reply is no matter for who asks while another one answers. Serves
/// while `run` runs.
public final class PooledLanguageModel: LanguageModel, PooledBackends {
    /// One server of the pool.
    public struct Member: Sendable {
        let model: ChatCompletionsModel
        let terms: MemberTerms

        public init(_ model: ChatCompletionsModel, terms: MemberTerms) {
            self.model = model
            self.terms = terms
        }
    }

    /// Conversations of up to so many characters count as equally much to read.
    private static let unit = 4_000

    private let members: [Member]
    private let pool: StreamPool<ChatError>
    /// The longest wait for the first part of a reply, with all attempts.
    private let patience: Duration

    /// - Parameters:
    ///   - members: At least one.
    ///   - onAttempt: Called at the end of each attempt; see `Dispatcher`.
    public init(
        _ members: [Member],
        rules: BackendPool.Rules = .streams,
        seed: UInt64 = .random(in: 0 ... .max),
        logger: Logger = .current,
        onAttempt: @escaping @Sendable (_ member: Int, _ outcome: String, _ time: Duration) -> Void = { _, _, _ in }
    ) {
        self.members = members
        patience = members.map(\.model.configuration.firstTokenTimeout).max() ?? .zero
        pool = StreamPool(
            members.map(\.terms),
            unit: Self.unit,
            rules: rules,
            seed: seed,
            logger: logger,
            onAttempt: onAttempt
        )
    }

    /// That of the first.
    public var name: String { members[0].model.name }

    public var report: [BackendPool.Report] { pool.report }

    public var waiting: Int { pool.waiting }

    public func run() async { await pool.run() }

    public func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        let size = request.messages.reduce(0) { $0 + $1.size }
        return try await pool.serve(size: size, within: patience) {
            [members] (member, left) async throws(Miss<ChatError>) in
            let model = members[member].model
            return try await model.open(request, within: min(left, model.configuration.firstTokenTimeout))
        } finish: { (member, reply) async throws(Miss<ChatError>) in
            try await self.members[member].model.finish(reply, deliver)
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
        ) { [members] (member, left) async throws(Miss<ChatError>) in
            let model = members[member].model
            let limit = request.isStreamed ? min(left, model.configuration.firstTokenTimeout) : left
            return try await model.open(request, within: limit)
        }
        return ForwardedAnswer(served.answer, of: members[served.member].model, place: served.place)
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
