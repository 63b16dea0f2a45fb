internal import BackendHTTP
internal import Backends
public import HTTPTransfer
internal import JSON
internal import Logging
internal import Synchronization

/// A language model behind OpenAI's `POST /v1/chat/completions`.
///
/// Also for servers that come close to it: Ollama, llama.cpp, vLLM, Groq, gateways. Nothing is asked twice: that is for
/// `PooledLanguageModel`. Failures are logged to `Logger.current` with their cause; keys and what was said never are.
public final class ChatCompletionsModel: LanguageModel {
    public let name: String
    let configuration: Configuration
    private let access: BackendAccess
    let failures: BackendFailures<ChatError>
    let extra: [String: JSONValue]
    let transport: HTTPTransport
    /// What the server calls the limit of tokens: only OpenAI's newer models know but the longer name.
    private let limitName = Mutex("max_tokens")
    /// Whether the server has ever said that a reply was complete; some never do.
    private let saysEnd = Mutex(false)

    /// - Parameter transport: May be shared, and is shut down by whoever made it.
    public init(configuration: Configuration, transport: HTTPTransport) throws(ChatConfigurationError) {
        try configuration.validate()
        self.configuration = configuration
        access = try configuration.access()
        failures = BackendFailures(access, message: "Language model request failed", prefix: "steno.llm")
        extra = try configuration.extraMembers()
        name = configuration.model ?? access.host
        self.transport = transport
    }

    public func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        do throws(Miss<ChatError>) {
            return try await finish(try await open(request, within: configuration.firstTokenTimeout), deliver)
        } catch {
            throw error.failure
        }
    }

    /// Waits for the first part of a reply, or for the end of one without any.
    ///
    /// - Parameter limit: How long it may take to come.
    func open(_ request: ChatRequest, within limit: Duration) async throws(Miss<ChatError>) -> OpenReply {
        let start = ContinuousClock.now
        let limitName = limitName.withLock { $0 }
        let response = try await ask(request, limitName: limitName, within: limit)
        guard response.status == 400, request.maximumTokens != nil else {
            return try await begin(response, limit: limit, at: start)
        }

        let complaint = Complaint(body: await response.rest(limit: Self.maximumComplaint))
        guard complaint.message?.contains(limitName) == true else { throw failures.refused(response, complaint) }
        let otherName = limitName == "max_tokens" ? "max_completion_tokens" : "max_tokens"
        let second = try await ask(request, limitName: otherName, within: limit)
        if second.isSuccess { self.limitName.withLock { $0 = otherName } }
        return try await begin(second, limit: limit, at: start)
    }

    /// Delivers the whole of a reply that has begun.
    func finish(
        _ reply: OpenReply,
        _ deliver: @Sendable (ChatPart) -> Void
    ) async throws(Miss<ChatError>) -> ChatEnd {
        var reply = reply
        while true {
            for part in reply.takeParts() { deliver(part) }
            if let end = reply.end { return end }
            try await read(&reply)
        }
    }

    private func ask(
        _ request: ChatRequest,
        limitName: String,
        within limit: Duration
    ) async throws(Miss<ChatError>) -> StreamedResponse {
        let body = WireRequest(request, model: configuration.model, limitName: limitName, extra: extra).bytes
        let limits = StreamLimits(firstByte: max(limit, .milliseconds(1)), idle: configuration.idleTimeout)
        do {
            return try await transport.stream(transfer(body), limits: limits)
        } catch {
            throw failures.failed(error, after: limit)
        }
    }

    func transfer(_ body: [UInt8]) -> TransferRequest {
        TransferRequest(
            .post(.bytes(body, contentType: "application/json")),
            access.endpoint,
            headers: [.init("Accept", "text/event-stream, application/json")] + access.headers,
            timeout: Self.maximumDuration,
            connectTimeout: configuration.connectTimeout,
            responseLimit: configuration.responseLimit
        )
    }

    private func begin(
        _ response: StreamedResponse,
        limit: Duration,
        at start: ContinuousClock.Instant
    ) async throws(Miss<ChatError>) -> OpenReply {
        guard response.isSuccess else {
            throw failures.refused(response, Complaint(body: await response.rest(limit: Self.maximumComplaint)))
        }
        let body = ReplyBody(firstToken: limit, idle: configuration.idleTimeout, at: start)
        var reply = OpenReply(response: response, body: body)
        while reply.parts.isEmpty, reply.end == nil { try await read(&reply) }
        return reply
    }

    /// Reads on: more parts, or the end.
    private func read(_ reply: inout OpenReply) async throws(Miss<ChatError>) {
        do throws(ReplyBody.Failure) {
            if !reply.body.isComplete, let piece = try await next(of: reply) {
                reply.parts += try reply.body.take(piece, at: .now)
                return
            }
            reply.response.release()
            let (parts, end) = try reply.body.finish()
            reply.parts += parts
            reply.end = end
            try check(reply.body)
        } catch {
            throw failed(error, reply: reply)
        }
    }

    /// A reply whose end nobody marked is whole only where the server never marks it.
    private func check(_ body: ReplyBody) throws(ReplyBody.Failure) {
        let isWhole = saysEnd.withLock { saysEnd in
            saysEnd = saysEnd || body.isFinished
            return body.isWhole || !saysEnd
        }
        guard isWhole else {
            throw .transfer(.disconnected(reason: "the reply has no end"), after: configuration.idleTimeout)
        }
    }

    /// The next piece; `nil` also where the connection fails after the reply was complete.
    private func next(of reply: OpenReply) async throws(ReplyBody.Failure) -> [UInt8]? {
        do {
            return try await reply.response.next()
        } catch {
            guard reply.body.isFinished, error != .cancelled else { throw .transfer(error, after: reply.body.limit) }
            return nil
        }
    }

    private func failed(_ failure: ReplyBody.Failure, reply: OpenReply) -> Miss<ChatError> {
        switch failure {
        case .transfer(let error, let limit): failures.failed(error, after: limit)
        case .silent(let limit): failures.silent(reply.response, after: limit)
        case .notAReply(let reason): failures.garbled(reply.response, Complaint(message: reason))
        case .complaint(let complaint): failures.refused(reply.response, complaint)
        }
    }

    static let maximumComplaint = 64 << 10
    static let maximumDuration = Duration.seconds(600)
}

/// A reply of which the first part has come.
struct OpenReply: Sendable {
    let response: StreamedResponse
    var body: ReplyBody
    /// What nobody has been given yet.
    var parts: [ChatPart] = []
    /// How it ended; `nil` while more is to come.
    var end: ChatEnd?

    mutating func takeParts() -> [ChatPart] {
        defer { parts = [] }
        return parts
    }
}
