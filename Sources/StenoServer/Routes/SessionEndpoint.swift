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
    /// The largest message that is decoded on the event loop: 256 KiB, about a millisecond.
    private static let quickLength = 1 << 18

    let host: SessionHost
    let logger: Logger
    let jobs: AsyncStream<Job>.Continuation
    var core: SessionCore
    var dialect: any Dialect
    let meter: SessionMeter
    /// The way to the client; `nil` before it is there, after its end, and while a client may come back.
    var line: SessionLine?
    var eventLoop: (any EventLoop)?
    /// What is kept for a client that comes back; `nil` if it did not ask for that.
    var resume: ResumeState?
    private var seat: SessionDrain.Seat?
    /// Its place among the sessions of its key.
    private var keyed: KeyedSession?
    /// How the connection is to be closed, once the client's key has sent all that it may.
    private(set) var limitClose: WebSocketClose?

    /// Commands, in short pieces, that wait for their turn.
    private var waiting = Deque<ClientCommand>()
    /// Whether a long message is being decoded elsewhere, and what it takes of the budget.
    private(set) var isDecoding = false
    /// How often what the client sent was dropped, which tells apart what was decoded before.
    private var inputs = 0
    private var share: MemoryBudget.Share?
    private var isTurnAskedFor = false
    /// What the language model and the synthesizer are at work on.
    var underWay: [RequestID: Interruption] = [:]
    var inputEnd: WebSocketInputEnd?
    var loss: WebSocketLoss?
    var utterances = 0
    /// What an engine has been asked about utterances that are kept, and when, by their items.
    var kept: [String: (request: RequestID, start: ContinuousClock.Instant)] = [:]
    private let start = ContinuousClock.now
    var hold = InputHold()

    // Used again and again, so that an append needs no memory.
    private var commands: [ClientCommand] = []
    var effects: [SessionCore.Effect] = []
    /// What has to wait until something that was said has been stored.
    var heldBack = Deque<SessionCore.Effect>()
    var isRemembering = false
    var messages: [OutgoingMessage] = []

    init(
        _ host: SessionHost,
        core: consuming SessionCore,
        dialect: any Dialect,
        keyed: KeyedSession,
        jobs: AsyncStream<Job>.Continuation,
        logger: Logger
    ) {
        self.host = host
        self.dialect = dialect
        self.keyed = keyed
        self.jobs = jobs
        self.logger = logger
        meter = SessionMeter(metrics: host.metrics, memory: host.memory)
        resume = core.settings.resume.map { ResumeState(token: $0.token, log: MessageLog(memory: host.memory)) }
        self.core = core
    }

    var wantsInput: Bool { core.wantsInput && waiting.isEmpty && !isDecoding }

    func opened(_ connection: WebSocketConnection) {
        (line, eventLoop) = (.direct(connection), connection.eventLoop)
        do throws(SessionDrain.Refusal) {
            seat = try host.drain.enter(controls(on: connection.eventLoop))
        } catch {
            connection.close(SessionHost.close(for: error, dialect))
            keyed = nil
            if let resume { host.resumable.remove(resume.token) }
            resume = nil
            jobs.finish()
            return
        }

        logger.info("Session started", metadata: ["steno.protocol": "\(type(of: dialect).name)"])
        host.metrics.begin()
        askForCapabilities()
        passTime()
        core.begin(into: &effects)
        carryOut()
    }

    func received(_ message: WebSocketMessage, holding share: MemoryBudget.Share?) {
        guard limitClose == nil else { return }
        guard message.payload.readableBytes <= Self.quickLength else {
            (isDecoding, self.share) = (true, share)
            noteHold()
            jobs.yield(.start(.decode(message, by: dialect, of: inputs)))
            return
        }
        dialect.decode(message, into: &commands)
        takeCommands()
    }

    func inputEnded(_ end: WebSocketInputEnd) {
        // A client that is killed ends its direction of the connection, too.
        if case .halfClosed = end, let line, waitForClient(after: .peerGone) {
            line.close(WebSocketClose(.goingAway))
            return
        }

        inputEnd = end
        passTime()
        if case .failed(let error) = end {
            if case .tooLarge(let limit) = error { keyed?.noteTooLarge(limit: limit) }
            core.handle(.invalid(ClientError(Self.code(for: error), error.description)), into: &effects)
        }

        if case .ended = end, resume != nil, limitClose == nil, host.drain.isDraining { core.leaveOpenInput() }

        // Who closes does not listen any more, and waits for our own Close.
        if case .closed = end { core.stopAnswering(into: &effects) }
        core.handle(.finish, into: &effects)
        carryOut()
    }

    func lost(_ cause: WebSocketLoss) {
        if line != nil, !waitForClient(after: cause) { giveUp(cause) }
    }

    /// Ends the session, as nobody is there for it any more.
    func giveUp(_ cause: WebSocketLoss) {
        loss = cause
        line = nil
        waiting.removeAll()
        rememberTheRest()
        core.abandon()
        for interruption in underWay.values { interruption.interrupt(.clientGone) }
        underWay = [:]
        jobs.yield(.cancel)
        jobs.finish()
        meter.report(core.ledger)
    }

    /// Takes the commands of a long message that was decoded elsewhere.
    func decoded(_ commands: [ClientCommand], of input: Int) {
        guard input == inputs, loss == nil else { return }
        isDecoding = false
        self.commands = commands
        takeCommands()
        flush()
    }

    /// Forgets what the client has sent and the session has not taken.
    func dropInput() {
        inputs += 1
        waiting.removeAll()
        (isDecoding, share) = (false, nil)
        meter.settle(held: core.held)
    }

    /// Whether the client has been told everything, as far as is known.
    var isDelivered: Bool { loss == nil && core.isFinished }

    /// Gives the session's place to another one, and logs where its audio went.
    func leave() {
        guard seat != nil else { return }

        host.metrics.end()
        let end = SessionEnd(
            loss: loss,
            inputEnd: inputEnd,
            isLimited: limitClose != nil,
            isDraining: host.drain.isDraining
        )
        var metadata = core.ledger.metadata
        metadata["steno.protocol"] = "\(type(of: dialect).name)"
        metadata["steno.audio.seconds"] = "\(Double(core.ledger.received) / Double(SampleClock.rate))"
        metadata["steno.utterances"] = "\(utterances)"
        metadata["steno.session.end"] = "\(end.rawValue)"
        logger.info("Session ended", metadata: metadata)
        if let resume {
            resume.expiry?.cancel()
            host.resumable.remove(resume.token)
        }

        (seat, keyed) = (nil, nil)
    }
}

extension SessionEndpoint {
    func askForCapabilities() {
        core.engine = host.calls.capabilities(model: core.settings.model)
    }

    /// Handles the commands that a message brought, as far as it is their turn.
    private func takeCommands() {
        let refusal = keyed.flatMap { refuseAudio(beyond: $0) }
        if commands.count == 1, waiting.isEmpty, core.wantsInput, !commands[0].isLong {
            handle(meter.admitted(commands.removeLast(), to: core))
            meter.settle(held: core.held)
        } else {
            for command in commands { waiting += meter.admitted(command, to: core).pieces }
            commands.removeAll(keepingCapacity: true)
            handleWaiting()
        }
        if let refusal { endInput(because: refusal) }
    }

    /// Takes from the commands the first that brings more audio than the client's key may send, and all after it.
    private func refuseAudio(beyond keyed: KeyedSession) -> KeyAccount.Refusal? {
        guard keyed.limitsAudio else { return nil }

        for (index, command) in commands.enumerated() {
            do throws(KeyAccount.Refusal) {
                try keyed.take(samples: core.length(of: command))
            } catch {
                commands.removeSubrange(index...)
                commands.append(.invalid(ClientError(.rateLimitExceeded, error.message)))
                return error
            }
        }

        return nil
    }

    /// Ends the input; what was taken before is still transcribed, and then the connection is closed.
    private func endInput(because refusal: KeyAccount.Refusal) {
        limitClose = WebSocketClose(.tryAgainLater, reason: "too much audio; try again in \(refusal.retryAfter) s")
        line?.endInput()
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
        guard !isTurnAskedFor, let eventLoop else { return }
        isTurnAskedFor = true
        LoopTurns.of(eventLoop).add {
            self.isTurnAskedFor = false
            self.goOn()
        }
    }

    /// Goes on with what waits, and lets the connection hand on what it holds.
    func goOn() {
        if !waiting.isEmpty, !isTurnAskedFor { handleWaiting() }
        flush()
    }

    private func handle(_ command: ClientCommand) {
        if resume != nil, case .append(let audio, _) = command { resume?.acceptedBytes += audio.count }
        passTime()
        core.handle(command, into: &effects)
        carryOut()
    }

    /// Tells a session that answers what time it is.
    func passTime() {
        guard core.isTimed else { return }
        core.advance(to: ContinuousClock.now - start, into: &effects)
    }

    private static func code(for error: WebSocketProtocolError) -> ClientError.Code {
        switch error {
        case .tooLarge: .messageTooLarge
        case .noMemory: .serverOverloaded
        default: .protocolViolation
        }
    }
}
