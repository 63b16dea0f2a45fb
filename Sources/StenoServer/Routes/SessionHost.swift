import Audio
import Dialects
import Hummingbird
import Limits
import Logging
import NIOCore
import Sessions
import SpeechDetection
import Transcription
import WebSocketTransport

/// Runs one session per WebSocket, whatever its dialect.
struct SessionHost: Sendable {
    /// What a session starts with unless its client says more.
    let settings: SessionSettings
    let detectors: DetectorFactory
    let transcriber: any Transcriber
    let metrics: SessionMetrics
    let drain: SessionDrain
    let webSocket: WebSocketConfiguration
    /// Where large messages are read.
    let messageThreads: WorkThreads
    /// What clients can make the process hold.
    let memory: MemoryBudget

    /// Accepted when it is offered: browsers that send their key as a subprotocol want another one answered.
    private static let subprotocol = "realtime"
    private static let stopping = WebSocketClose(.goingAway, reason: "server is stopping")

    /// Answers an upgrade request with a session.
    ///
    /// - Throws: `APIError` when none may begin now, and what `Response.webSocket` throws.
    func open(
        _ request: Request,
        _ context: ServerContext,
        dialect: some Dialect,
        settings: SessionSettings
    ) async throws -> Response {
        if let refusal = drain.refusal { throw APIError.refused(refusal) }
        @Sendable func converse(
            _ inbound: inout WebSocketInbound,
            _ outbound: WebSocketOutbound
        ) async throws -> WebSocketClose {
            try await serve(&inbound, outbound, dialect: dialect, settings: settings, logger: context.logger)
        }
        return try await Response.webSocket(
            for: request,
            context: context,
            configuration: webSocket,
            budget: memory,
            subprotocol: request.head.offeredSubprotocols.first { $0 == Self.subprotocol },
            handler: converse
        )
    }

    /// Returns when the client has everything it is going to get; the result closes the socket.
    private func serve<D: Dialect>(
        _ inbound: inout WebSocketInbound,
        _ outbound: WebSocketOutbound,
        dialect: D,
        settings: SessionSettings,
        logger: Logger
    ) async throws -> WebSocketClose {
        let controls = SessionDrain.Controls(
            endInput: { outbound.endInput() },
            disconnect: { outbound.disconnect() }
        )
        do {
            return try await drain.admit(controls) {
                var reader = CommandReader(dialect: dialect, threads: messageThreads)
                let session = Session(settings: settings, transcriber: transcriber, metrics: metrics, memory: memory)
                let utterances = UtteranceCount()
                logger.info("Session started", metadata: ["steno.protocol": "\(D.name)"])
                do {
                    try await run(session, &inbound, outbound, dialect, &reader, utterances)
                    if let failure = reader.failure { throw failure }
                    logEnd(of: session, utterances, hasClosed: inbound.peerClose != nil, error: nil, D.name, logger)
                } catch {
                    logEnd(of: session, utterances, hasClosed: inbound.peerClose != nil, error: error, D.name, logger)
                    throw error
                }
                return drain.isDraining ? Self.stopping : WebSocketClose(.normal)
            }
        } catch SessionDrain.Refusal.draining {
            return Self.stopping
        } catch SessionDrain.Refusal.full {
            return WebSocketClose(.tryAgainLater, reason: "no room for another session")
        }
    }

    private func logEnd(
        of session: Session,
        _ utterances: UtteranceCount,
        hasClosed: Bool,
        error: (any Error)?,
        _ name: String,
        _ logger: Logger
    ) {
        let end = SessionEnd(
            error: error,
            hasClosed: hasClosed,
            isDraining: drain.isDraining
        )
        let ledger = session.ledger
        var metadata = ledger.metadata
        metadata["steno.protocol"] = "\(name)"
        metadata["steno.audio.seconds"] = "\(Double(ledger.received) / Double(SampleClock.rate))"
        metadata["steno.utterances"] = "\(utterances.value)"
        metadata["steno.session.end"] = "\(end.rawValue)"
        logger.info("Session ended", metadata: metadata)
    }

    private func run(
        _ session: Session,
        _ inbound: inout WebSocketInbound,
        _ outbound: WebSocketOutbound,
        _ dialect: some Dialect,
        _ reader: inout CommandReader<some Dialect>,
        _ utterances: UtteranceCount
    ) async throws {
        let events = BoundedChannel<SessionEvent>(capacity: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events {
                    utterances.note(event)
                    for message in dialect.encode(event) {
                        try await outbound.send(.text(ByteBuffer(bytes: message)))
                    }
                }
            }
            await session.run(detector: try detectors.make(), events: events) { await reader.next(from: &inbound) }
            try await group.waitForAll()
        }
    }
}

/// Turns a WebSocket's messages into a session's commands.
///
/// Large messages are read on other threads: the tens of milliseconds that one takes belong to all connections of the
/// event loop.
struct CommandReader<D: Dialect> {
    /// The largest message that is read on the event loop: 256 KiB, about a millisecond.
    private static var quickLength: Int { 1 << 18 }

    private let dialect: D
    private let threads: WorkThreads
    /// How the client broke the WebSocket protocol, once it has.
    private(set) var failure: WebSocketProtocolError?

    init(dialect: D, threads: WorkThreads) {
        self.dialect = dialect
        self.threads = threads
    }

    /// The next command; `nil` at the end of the client's input.
    ///
    /// A broken protocol is one last command that tells the client, before the socket closes.
    mutating func next(from inbound: inout WebSocketInbound) async -> ClientCommand? {
        guard failure == nil else { return nil }
        do {
            guard let message = try await inbound.next() else { return nil }
            guard message.length > Self.quickLength else { return dialect.decode(message) }
            return await withTaskExecutorPreference(threads) { [dialect] in dialect.decode(message) }
        } catch let error as WebSocketProtocolError {
            failure = error
            return .invalid(ClientError(Self.code(for: error), error.description))
        } catch {
            return nil
        }
    }

    private static func code(for error: WebSocketProtocolError) -> ClientError.Code {
        switch error {
        case .tooLarge: .messageTooLarge
        case .noMemory: .serverOverloaded
        default: .protocolViolation
        }
    }
}

extension Dialect {
    fileprivate func decode(_ message: WebSocketMessage) -> ClientCommand {
        switch message {
        case .text(let text): decode(text: text.readableBytesUInt8Span)
        case .binary(let bytes): decode(binary: bytes.readableBytesUInt8Span)
        }
    }
}

extension WebSocketMessage {
    fileprivate var length: Int {
        switch self {
        case .text(let payload), .binary(let payload): payload.readableBytes
        }
    }
}
