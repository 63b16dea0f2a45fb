import Dialects
import Logging
import NIOCore
import Sessions
import WebSocketTransport

/// What a session keeps so that its client may come back.
struct ResumeState {
    let token: String
    var log: MessageLog
    /// Bytes of audio that have been handed to the core.
    var acceptedBytes = 0
    /// Which of the session's connections serves it, counted from 0; between two of them, the one that was lost.
    var connection = 0
    /// The end of the wait for the client.
    var expiry: Scheduled<Void>?
    /// How the next connection is to be closed, where the session ended while there was none.
    var close: WebSocketClose?
}

/// A session between two connections: what was accepted is transcribed, and what would be sent is kept.
extension SessionEndpoint {
    /// What a client that comes back is told, and the number of its connection.
    struct Return: Sendable {
        var point: ResumePoint
        var connection: Int
    }

    /// Whether the session goes on when its connection is closed.
    var outlivesConnection: Bool { resume != nil && loss == nil }

    /// Whether messages of this connection are still the session's.
    func isServed(by connection: Int) -> Bool { resume?.connection == connection && line != nil }

    /// Waits for the client after its connection is lost; what it had sent and nobody had looked at is not accepted.
    ///
    /// - Returns: Whether the session waits.
    func waitForClient(after cause: WebSocketLoss) -> Bool {
        guard let token = resume?.token, cause != .shutdown, !host.drain.isDraining else { return false }
        line = nil
        dropInput()
        // Nobody listens. The conversation stays.
        change { core, effects in core.stopAnswering(into: &effects) }
        host.resumable.wait(token)
        expireLater()
        logger.info("Session waits for its client", metadata: ["steno.websocket.cause": "\(cause.rawValue)"])
        return true
    }

    /// Takes the session from its connection, if it still has one, for a client that is about to come back.
    ///
    /// - Parameter received: How many messages the client has got.
    func prepareReturn(after received: Int) -> Return? {
        guard loss == nil, let line = takeLine() else { return nil }
        line?.close(WebSocketClose(.resumedElsewhere, reason: "the session goes on over another connection"))
        guard var state = resume else { return nil }
        let (messages, lost) = state.log.missed(after: received)
        state.connection += 1
        resume = state
        let point = ResumePoint(acceptedBytes: state.acceptedBytes, replayed: messages.count, lost: lost)
        return Return(point: point, connection: state.connection)
    }

    /// Goes on over a new connection: tells what the client has missed.
    func attach(_ line: SessionLine, number: Int, received: Int) {
        guard let state = resume, state.connection == number, loss == nil else {
            line.close(WebSocketClose(.goingAway, reason: "the session has ended"))
            return
        }

        state.expiry?.cancel()
        resume?.expiry = nil
        self.line = line
        host.resumable.resumed(state.token)
        logger.info("Session resumed", metadata: ["steno.session.connection": "\(number)"])
        let (missed, lost) = state.log.missed(after: received)
        var messages: [OutgoingMessage] = []
        let point = ResumePoint(acceptedBytes: state.acceptedBytes, replayed: missed.count, lost: lost)
        dialect.encode(.resumed(point), into: &messages)
        for message in messages + missed { send(message, over: line) }
        if let close = state.close {
            line.close(close)
            jobs.finish()
        } else {
            change { core, effects in core.answerAgain(into: &effects) }
        }

        flush()
    }

    /// Ends the session if it is without a client.
    func giveUpWaiting() -> Bool {
        guard resume != nil, line == nil, loss == nil else { return false }
        giveUp(.peerGone)
        leave()
        return true
    }

    /// Sends what has been written, and lets the client send more if it may.
    func flush() {
        noteHold()
        line?.resume(wantsInput: wantsInput)
    }

    func send(_ message: OutgoingMessage, over line: SessionLine, whenSent: (@Sendable () -> Void)? = nil) {
        switch message {
        case .text(let text): line.send(.text(ByteBuffer(bytes: text)), whenSent: whenSent)
        case .binary(let bytes): line.send(.binary(ByteBuffer(bytes: bytes)), whenSent: whenSent)
        case .close(let code, let reason): close(WebSocketClose(WebSocketCloseCode(rawValue: code), reason: reason))
        }
    }

    /// The connection that there is, which may be none; `nil` where the session cannot be resumed.
    private func takeLine() -> SessionLine?? {
        guard resume != nil else { return nil }
        let line = line
        if line == nil { expireLater() } else if !waitForClient(after: .peerGone) { return nil }
        return .some(line)
    }

    private func expireLater() {
        guard let eventLoop else { return }
        resume?.expiry?.cancel()
        resume?.expiry = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(host.resumable.window)) { [weak self] in
            guard self?.giveUpWaiting() == true else { return }
            self?.host.resumable.expired()
        }
    }
}

extension WebSocketCloseCode {
    /// The session goes on over another connection; of the codes that are free for applications (RFC 6455 section 7.4.2).
    static let resumedElsewhere = WebSocketCloseCode(rawValue: 4_001)
}
