import Audio
import DequeModule
import Dialects
import Limits
import Logging
import NIOCore
import Sessions
import Transcription
import WebSocketTransport

/// One client's session at the end of its WebSocket.
///
/// It lives on the connection's event loop: a message is decoded, handled by the session's core and answered within the
/// read that brought it. Only engines work elsewhere, and the decoding of very long messages; what comes of these is
/// brought back onto the loop.
final class SessionEndpoint: WebSocketEndpoint {
    /// What the session wants done elsewhere.
    enum Job: Sendable {
        case transcribe(TranscriptionRequest, as: RequestID, for: SessionCore.Purpose)
        case decode(WebSocketMessage, by: any Dialect)
        /// Nobody waits for what is under way any more.
        case cancel
    }

    /// The largest message that is decoded on the event loop: 256 KiB, about a millisecond.
    private static let quickLength = 1 << 18

    private let host: SessionHost
    private let logger: Logger
    private let jobs: AsyncStream<Job>.Continuation
    private var core: SessionCore
    private var dialect: any Dialect
    private var meter: SessionMeter
    private var connection: WebSocketConnection?
    private var seat: SessionDrain.Seat?

    /// Commands, in short pieces, that wait for their turn.
    private var waiting = Deque<ClientCommand>()
    /// Whether a long message is being decoded elsewhere, and what it takes of the budget.
    private var isDecoding = false
    private var share: MemoryBudget.Share?
    private var isTurnAskedFor = false
    private var inputEnd: WebSocketInputEnd?
    private var loss: WebSocketLoss?
    private var utterances = 0

    // Used again and again, so that an append needs no memory.
    private var commands: [ClientCommand] = []
    private var effects: [SessionCore.Effect] = []
    private var messages: [OutgoingMessage] = []

    init(
        _ host: SessionHost,
        core: SessionCore,
        dialect: any Dialect,
        jobs: AsyncStream<Job>.Continuation,
        logger: Logger
    ) {
        self.host = host
        self.core = core
        self.dialect = dialect
        self.jobs = jobs
        self.logger = logger
        meter = SessionMeter(metrics: host.metrics, memory: host.memory)
    }

    var wantsInput: Bool { core.wantsInput && waiting.isEmpty && !isDecoding }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        do throws(SessionDrain.Refusal) {
            seat = try host.drain.enter(controls(of: connection))
        } catch {
            connection.close(SessionHost.close(for: error))
            jobs.finish()
            return
        }
        logger.info("Session started", metadata: ["steno.protocol": "\(type(of: dialect).name)"])
        host.metrics.begin()
        askForCapabilities()
        core.begin(into: &effects)
        carryOut()
    }

    func received(_ message: WebSocketMessage, holding share: MemoryBudget.Share?) {
        guard message.payload.readableBytes <= Self.quickLength else {
            (isDecoding, self.share) = (true, share)
            jobs.yield(.decode(message, by: dialect))
            return
        }
        dialect.decode(message, into: &commands)
        takeCommands()
    }

    func inputEnded(_ end: WebSocketInputEnd) {
        inputEnd = end
        if case .failed(let error) = end {
            core.handle(.invalid(ClientError(Self.code(for: error), error.description)), into: &effects)
        }
        core.handle(.finish, into: &effects)
        carryOut()
    }

    func lost(_ cause: WebSocketLoss) {
        loss = cause
        waiting.removeAll()
        core.abandon()
        jobs.yield(.cancel)
        jobs.finish()
        meter.report(core.ledger)
    }

    /// Takes what an engine said to a request.
    func finished(_ request: RequestID, with result: Result<Transcript, TranscriptionError>) {
        core.finish(request, with: result, into: &effects)
        // It may have shown what the engine can do.
        askForCapabilities()
        carryOut()
        goOn()
    }

    /// Takes the commands of a long message that was decoded elsewhere.
    func decoded(_ commands: [ClientCommand]) {
        isDecoding = false
        guard loss == nil else { return }
        self.commands = commands
        takeCommands()
        connection?.resume()
    }

    /// Gives the session's place to another one, and logs where its audio went.
    func leave() {
        guard seat != nil else { return }
        host.metrics.end()
        let end = SessionEnd(loss: loss, inputEnd: inputEnd, isDraining: host.drain.isDraining)
        var metadata = core.ledger.metadata
        metadata["steno.protocol"] = "\(type(of: dialect).name)"
        metadata["steno.audio.seconds"] = "\(Double(core.ledger.received) / Double(SampleClock.rate))"
        metadata["steno.utterances"] = "\(utterances)"
        metadata["steno.session.end"] = "\(end.rawValue)"
        logger.info("Session ended", metadata: metadata)
        seat = nil
    }
}

extension SessionEndpoint {
    private func controls(of connection: WebSocketConnection) -> SessionDrain.Controls {
        let eventLoop = connection.eventLoop
        let connection = NIOLoopBound(connection, eventLoop: eventLoop)
        return SessionDrain.Controls(
            endInput: { eventLoop.execute { connection.value.endInput() } },
            disconnect: { eventLoop.execute { connection.value.disconnect() } }
        )
    }

    private func askForCapabilities() {
        core.engine = host.calls.capabilities(model: core.settings.model)
    }

    /// Handles the commands that a message brought, as far as it is their turn.
    private func takeCommands() {
        if commands.count == 1, waiting.isEmpty, core.wantsInput, !commands[0].isLong {
            handle(admitted(commands.removeLast()))
            meter.settle(held: core.held)
        } else {
            for command in commands { waiting += admitted(command).pieces }
            commands.removeAll(keepingCapacity: true)
            handleWaiting()
        }
    }

    /// The command, or an error in its place when there is no memory for the audio that it brings.
    private func admitted(_ command: ClientCommand) -> ClientCommand {
        let length = core.length(of: command)
        guard let refusal = meter.refusal(of: length, after: core.held) else { return command }
        return .invalid(refusal)
    }

    /// Handles one of the commands that wait; the next ones when other connections have had their turn.
    private func handleWaiting() {
        if core.wantsInput, let command = waiting.popFirst() { handle(command) }
        if waiting.isEmpty {
            share = nil
            meter.settle(held: core.held)
        } else if core.wantsInput {
            askForTurn()
        }
    }

    private func askForTurn() {
        guard !isTurnAskedFor, let connection else { return }
        isTurnAskedFor = true
        LoopTurns.of(connection.eventLoop).add {
            self.isTurnAskedFor = false
            self.goOn()
        }
    }

    /// Goes on with what waits, and lets the connection hand on what it holds.
    private func goOn() {
        if !waiting.isEmpty, !isTurnAskedFor { handleWaiting() }
        connection?.resume()
    }

    private func handle(_ command: ClientCommand) {
        core.handle(command, into: &effects)
        carryOut()
    }

    private func carryOut() {
        meter.report(core.ledger)
        guard !effects.isEmpty else { return }
        for effect in effects {
            switch effect {
            case .tell(let event): tell(event)
            case .adopt(let outcome): host.calls.count(adopted: outcome)
            case .transcribe(let request, let id, let purpose):
                jobs.yield(.transcribe(request, as: id, for: purpose))
            }
        }
        effects.removeAll(keepingCapacity: true)
        meter.report(core.speculations)
        if core.isFinished { close() }
    }

    private func tell(_ event: SessionEvent) {
        switch event {
        case .transcribed, .failed: utterances += 1
        case .updated: askForCapabilities()
        default: break
        }
        dialect.encode(event, into: &messages)
        for message in messages {
            switch message {
            case .text(let text): connection?.send(.text(ByteBuffer(bytes: text)))
            case .binary(let bytes): connection?.send(.binary(ByteBuffer(bytes: bytes)))
            case .close(let code, let reason): close(WebSocketClose(WebSocketCloseCode(rawValue: code), reason: reason))
            }
        }
        messages.removeAll(keepingCapacity: true)
    }

    private func close() {
        if case .failed(let error) = inputEnd {
            close(error.close)
        } else {
            close(host.drain.isDraining ? SessionHost.stopping : WebSocketClose(.normal))
        }
    }

    private func close(_ close: WebSocketClose) {
        connection?.close(close)
        // What was asked ahead is of no use any more.
        jobs.yield(.cancel)
        jobs.finish()
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
    /// Appends what a message asks for.
    mutating func decode(_ message: WebSocketMessage, into commands: inout [ClientCommand]) {
        switch message {
        case .text(let text): decode(text: text.readableBytesUInt8Span, into: &commands)
        case .binary(let bytes): decode(binary: bytes.readableBytesUInt8Span, into: &commands)
        }
    }
}
