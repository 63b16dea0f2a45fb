import Dialects
import Logging
import NIOCore
import Sessions
import SpeechDetection
import Transcription
import WebSocketTransport

/// Runs one session per WebSocket, whatever its dialect.
struct SessionHost: Sendable {
    let settings: SessionSettings
    let transcriber: any Transcriber
    let metrics: SessionMetrics
    let drain: SessionDrain

    private static let stopping = WebSocketClose(.goingAway, reason: "server is stopping")

    /// Returns when the client has everything it is going to get; the result closes the socket.
    func serve(
        _ inbound: inout WebSocketInbound,
        _ outbound: WebSocketOutbound,
        dialect: some Dialect,
        update: SessionUpdate,
        logger: Logger
    ) async throws -> WebSocketClose {
        let controls = SessionDrain.Controls(
            endInput: { outbound.endInput() },
            disconnect: { outbound.disconnect() }
        )
        do {
            return try await drain.admit(controls) {
                var reader = CommandReader(dialect: dialect, first: .update(update))
                let session = Session(settings: settings, transcriber: transcriber, metrics: metrics)
                logger.debug("Session started")
                try await run(session, &inbound, outbound, dialect, &reader)
                log(session.ledger, logger)
                if let failure = reader.failure { throw failure }
                return drain.isDraining ? Self.stopping : WebSocketClose(.normal)
            }
        } catch SessionDrain.Refusal.draining {
            return Self.stopping
        } catch SessionDrain.Refusal.full {
            return WebSocketClose(.tryAgainLater, reason: "no room for another session")
        }
    }

    private func run(
        _ session: Session,
        _ inbound: inout WebSocketInbound,
        _ outbound: WebSocketOutbound,
        _ dialect: some Dialect,
        _ reader: inout CommandReader<some Dialect>
    ) async throws {
        let events = BoundedChannel<SessionEvent>(capacity: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await event in events {
                    try await outbound.send(.text(ByteBuffer(bytes: dialect.encode(event))))
                }
            }
            await session.run(detector: try WebRTCDetector(), events: events) { await reader.next(from: &inbound) }
            try await group.waitForAll()
        }
    }

    private func log(_ ledger: AudioLedger, _ logger: Logger) {
        logger.info(
            "Session ended",
            metadata: [
                "steno.samples.received": "\(ledger.received)",
                "steno.samples.transcribed": "\(ledger.transcribed)",
                "steno.samples.discarded": "\(ledger.discarded.values.reduce(0, +))",
                "steno.samples.failed": "\(ledger.failed.values.reduce(0, +))",
            ]
        )
    }
}

/// Turns a WebSocket's messages into a session's commands.
struct CommandReader<D: Dialect> {
    private let dialect: D
    private var first: ClientCommand?
    /// How the client broke the WebSocket protocol, once it has.
    private(set) var failure: WebSocketProtocolError?

    /// - Parameter first: What comes before the client's own commands.
    init(dialect: D, first: ClientCommand) {
        self.dialect = dialect
        self.first = first
    }

    /// The next command; `nil` at the end of the client's input.
    ///
    /// A broken protocol is one last command that tells the client, before the socket closes.
    mutating func next(from inbound: inout WebSocketInbound) async -> ClientCommand? {
        if let first = first.take() { return first }
        guard failure == nil else { return nil }
        do {
            switch try await inbound.next() {
            case nil: return nil
            case .text(let text): return dialect.decode(text: text.readableBytesUInt8Span)
            case .binary(let bytes): return dialect.decode(binary: bytes.readableBytesUInt8Span)
            }
        } catch let error as WebSocketProtocolError {
            failure = error
            let code: ClientError.Code = error.closeCode == .messageTooBig ? .messageTooLarge : .protocolViolation
            return .invalid(ClientError(code, error.description))
        } catch {
            return nil
        }
    }
}
