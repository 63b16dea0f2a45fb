import Dialects
import Hummingbird
import Limits
import Logging
import NIOCore
import Sessions
import Settings
import SpeechDetection
import Spool
import Transcription
import WebSocketTransport

/// Runs one session per WebSocket, whatever its protocol.
struct SessionHost: Sendable {
    /// What a session starts with unless its protocol or its client says more.
    let settings: SessionSettings
    let detectors: DetectorFactory
    let calls: EngineCalls
    /// Keeps utterances on disk until they have transcripts; `nil` where none are kept.
    let spool: Spool?
    let voice: VoiceEngines
    let characters: CharacterService
    let metrics: SessionMetrics
    let drain: SessionDrain
    let accounts: KeyAccounts
    let resumable: ResumableSessions
    let webSocket: WebSocketConfiguration
    /// Where long messages are decoded.
    let messageThreads: WorkThreads
    /// What clients can make the process hold.
    let memory: MemoryBudget

    /// How a session is closed when the server stops.
    static func stopping(_ dialect: any Dialect) -> WebSocketClose {
        guard case .close(let code, let reason) = type(of: dialect).stopping else { return WebSocketClose(.goingAway) }
        return WebSocketClose(WebSocketCloseCode(rawValue: code), reason: reason)
    }

    /// How a session that may not start is closed.
    static func close(for refusal: SessionDrain.Refusal, _ dialect: any Dialect) -> WebSocketClose {
        switch refusal {
        case .draining: stopping(dialect)
        case .full: WebSocketClose(.tryAgainLater, reason: "no room for another session")
        }
    }

    /// Answers an upgrade request with a session.
    ///
    /// - Throws: `APIError` when none may begin now or the request asks for what cannot be, and what
    ///   `Response.webSocket` throws.
    func open(_ request: Request, _ context: ServerContext, as wire: WireProtocol) async throws -> Response {
        let query = try ResumeQuery(request.query)
        if let token = query.token {
            return try await resume(token, after: query.received, request, context, as: wire)
        }
        if drain.refusal == .full { _ = await resumable.makeRoom() }
        if let refusal = drain.refusal { throw APIError.refused(refusal) }
        var start = try start(request, context, wire)
        start.settings.resume = offer(to: query)
        start.settings.isOrdered = !["false", "0"].contains(request.queryValue("ordered"))
        let kept = keptSession(of: start.dialect, context.client)
        start.settings.keptAs = kept?.id
        var logger = context.logger
        if let id = start.dialect.sessionID ?? kept?.id { logger[metadataKey: "steno.session"] = "\(id)" }
        let run = SessionRun(
            host: self,
            start: start,
            keyed: try openKeyedSession(context.client),
            kept: kept,
            memory: CharacterMemory(service: characters, context: context),
            client: context.client,
            logger: logger,
            on: context.channel.eventLoop
        )
        run.watch(context.channel)
        return try await Response.webSocket(
            for: request,
            context: context,
            configuration: configuration(for: context.client),
            budget: memory,
            subprotocol: wire.subprotocol(for: request),
            headers: HTTPFields(of: start.settings),
            endpoint: { try run.makeEndpoint() },
            alongside: { await run.work() }
        )
    }

    /// What keeps a session's utterances, where any are kept.
    private func keptSession(of dialect: any Dialect, _ client: Client) -> SpoolSession? {
        spool?.session(dialect.sessionID ?? Identifier.random("sess"), owner: client.name)
    }

    /// How a client's connection works, with the limit on messages that its key has.
    func configuration(for client: Client) -> WebSocketConfiguration {
        var configuration = webSocket
        let maximum = accounts.limits(of: client.name).requestBytes
        if maximum > 0 { configuration.maxMessageSize = min(configuration.maxMessageSize, maximum) }
        return configuration
    }

    /// - Throws: `APIError` 429 when the client's key has all the sessions that it may have.
    private func openKeyedSession(_ client: Client) throws -> KeyedSession {
        do throws(KeyAccount.Refusal) {
            return try accounts.openSession(of: client.name)
        } catch {
            throw APIError(error)
        }
    }

    func start(
        _ request: Request,
        _ context: ServerContext,
        _ wire: WireProtocol
    ) throws -> WireProtocol.Start {
        let head = request.head
        let opening = WireProtocol.Opening(
            query: request.query,
            offeredSubprotocols: head.offeredSubprotocols,
            header: { name in head.headerFields.filter { $0.name.canonicalName == name }.map(\.value) },
            update: context.client.sessionUpdate
        )
        do throws(ClientError) {
            return try wire.start(opening, settings)
        } catch {
            throw APIError(error)
        }
    }
}

extension WireProtocol {
    /// The first of the subprotocols that a client offers and this protocol accepts.
    func subprotocol(for request: Request) -> String? {
        request.head.offeredSubprotocols.first { subprotocols.contains($0) }
    }
}
