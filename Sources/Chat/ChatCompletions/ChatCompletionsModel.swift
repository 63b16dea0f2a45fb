public import HTTPTransfer
internal import JSON
internal import Logging
internal import Synchronization

/// A language model behind OpenAI's `POST /v1/chat/completions`.
///
/// Also for servers that come close to it: Ollama, llama.cpp, vLLM, Groq, gateways. Failures are logged to
/// `Logger.current` with their cause; keys and what was said never are.
public final class ChatCompletionsModel: LanguageModel {
    public let name: String
    let configuration: Configuration
    private let endpoint: TransferURL
    private let key: String?
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
        endpoint = try configuration.endpoint()
        key = try configuration.key()
        extra = try configuration.extraMembers()
        name = configuration.model ?? endpoint.host
        self.transport = transport
    }

    public func reply(
        to request: ChatRequest,
        deliver: @escaping @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        let limitName = limitName.withLock { $0 }
        var wait = LoadingWait(limit: configuration.firstTokenTimeout, at: .now)
        let response = try await ask(request, limitName, &wait)
        guard response.status == 400, request.maximumTokens != nil else {
            return try await read(response, wait, deliver)
        }

        let complaint = ServerComplaint(body: await response.rest(limit: Self.maximumComplaint))
        guard complaint.message?.contains(limitName) == true else { throw refused(response, complaint) }
        let otherName = limitName == "max_tokens" ? "max_completion_tokens" : "max_tokens"
        let second = try await ask(request, otherName, &wait)
        if second.isSuccess { self.limitName.withLock { $0 = otherName } }
        return try await read(second, wait, deliver)
    }

    /// Asks, and asks again while the server says that it is not ready.
    private func ask(
        _ request: ChatRequest,
        _ limitName: String,
        _ wait: inout LoadingWait
    ) async throws(ChatError) -> StreamedResponse {
        while true {
            let response = try await ask(request, limitName, within: wait.left(at: .now))
            guard response.status == 503, let pause = wait.next(retryAfter: response.retryAfter, at: .now) else {
                return response
            }
            // Read to its end, so that its connection serves the next request.
            _ = await response.rest(limit: Self.maximumComplaint)
            Logger.current.debug(
                "Language model is not ready; it is asked again",
                metadata: ["steno.llm.host": "\(endpoint.host)", "steno.llm.pause": "\(pause)"]
            )
            do { try await Task.sleep(for: pause) } catch { throw .cancelled }
        }
    }

    private func ask(
        _ request: ChatRequest,
        _ limitName: String,
        within limit: Duration
    ) async throws(ChatError) -> StreamedResponse {
        let body = WireRequest(request, model: configuration.model, limitName: limitName, extra: extra).bytes
        let limits = StreamLimits(firstByte: limit, idle: configuration.idleTimeout)
        do {
            return try await transport.stream(transfer(body), limits: limits)
        } catch {
            throw failed(error, after: configuration.firstTokenTimeout)
        }
    }

    func transfer(_ body: [UInt8]) -> TransferRequest {
        TransferRequest(
            .post(.bytes(body, contentType: "application/json")),
            endpoint,
            headers: [.init("Accept", "text/event-stream, application/json")]
                + (key.map { [.init("Authorization", "Bearer \($0)")] } ?? []),
            timeout: Self.maximumDuration,
            connectTimeout: configuration.connectTimeout,
            responseLimit: configuration.responseLimit
        )
    }

    private func read(
        _ response: StreamedResponse,
        _ wait: LoadingWait,
        _ deliver: @Sendable (ChatPart) -> Void
    ) async throws(ChatError) -> ChatEnd {
        guard response.isSuccess else {
            throw refused(response, ServerComplaint(body: await response.rest(limit: Self.maximumComplaint)))
        }
        var body = ReplyBody(
            firstToken: configuration.firstTokenTimeout,
            idle: configuration.idleTimeout,
            at: wait.start
        )
        do throws(ReplyBody.Failure) {
            while !body.isComplete, let piece = try await next(of: response, body) {
                for part in try body.take(piece, at: .now) { deliver(part) }
            }
            response.release()
            let (parts, end) = try body.finish()
            for part in parts { deliver(part) }
            try check(body)
            return end
        } catch {
            throw failed(error, response)
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
    private func next(
        of response: StreamedResponse,
        _ body: ReplyBody
    ) async throws(ReplyBody.Failure) -> [UInt8]? {
        do {
            return try await response.next()
        } catch {
            guard body.isFinished, error != .cancelled else { throw .transfer(error, after: body.limit) }
            return nil
        }
    }

    static let maximumComplaint = 64 << 10
    static let maximumDuration = Duration.seconds(600)
}

// What failed, for the caller and for the log.

extension ChatCompletionsModel {
    func refused(_ response: StreamedResponse, _ complaint: ServerComplaint) -> ChatError {
        logged(.status(response.status, code: shown(complaint.code)), response, complaint)
    }

    private func failed(_ failure: ReplyBody.Failure, _ response: StreamedResponse) -> ChatError {
        switch failure {
        case .transfer(let error, let limit): return failed(error, after: limit)
        case .silent(let limit): return logged(.timeout(seconds: limit / .seconds(1)), response)
        case .notAReply(let reason):
            return logged(.invalidResponse, response, ServerComplaint(message: reason))
        case .complaint(let complaint):
            let status = complaint.status ?? response.status
            return logged(.status(status, code: shown(complaint.code)), response, complaint)
        }
    }

    func failed(_ error: TransferError, after limit: Duration) -> ChatError {
        if Task.isCancelled { return .cancelled }
        let failure = ChatError(error, limit: limit)
        if failure != .cancelled { log(failure, ["steno.llm.cause": "\(redacted(error.description))"]) }
        return failure
    }

    private func logged(
        _ failure: ChatError,
        _ response: StreamedResponse,
        _ complaint: ServerComplaint? = nil
    ) -> ChatError {
        if Task.isCancelled { return .cancelled }
        var metadata: Logger.Metadata = ["steno.llm.status": "\(response.status)"]
        if let type = response.contentType { metadata["steno.llm.content_type"] = "\(redacted(type))" }
        if let message = complaint?.message { metadata["steno.llm.message"] = "\(redacted(message))" }
        if let wait = response.retryAfter { metadata["steno.llm.retry_after"] = "\(wait)" }
        log(failure, metadata)
        return failure
    }

    private func log(_ failure: ChatError, _ metadata: Logger.Metadata) {
        let common: Logger.Metadata = ["steno.error.code": "\(failure.code)", "steno.llm.host": "\(endpoint.host)"]
        Logger.current.warning("Language model request failed", metadata: common.merging(metadata) { $1 })
    }

    /// A code that may be shown: one that does not quote the key.
    private func shown(_ code: String?) -> String? {
        code.flatMap { redacted($0) == $0 ? $0 : nil }
    }

    /// A server's own words for the log: without the key, on one line and not too long.
    private func redacted(_ text: String) -> String {
        var text = text
        if let key { text = text.split(separator: key).joined(separator: "[redacted]") }
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }
}

extension StreamedResponse {
    fileprivate var isSuccess: Bool { (200..<300).contains(status) }
}

extension ChatError {
    init(_ error: TransferError, limit: Duration) {
        switch error {
        case .unreachable: self = .unreachable
        case .timedOut: self = .timeout(seconds: limit / .seconds(1))
        case .disconnected: self = .disconnected
        case .malformedResponse, .responseTooLarge, .invalidRequest, .unavailable: self = .invalidResponse
        case .cancelled: self = .cancelled
        }
    }
}
