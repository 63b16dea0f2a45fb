/// Nothing can be sent any more, because the connection is over.
public struct WebSocketClosed: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why it is over.
    public enum Cause: String, Equatable, Sendable {
        /// Our Close frame is on its way.
        case closing
        /// The peer reset the connection or vanished.
        case peerGone = "peer_gone"
        /// The peer answered no ping.
        case noAnswer = "no_answer"
        /// The peer did not take what was sent.
        case slowReader = "slow_reader"
        /// This side ended it.
        case shutdown
    }

    public let cause: Cause

    public var description: String {
        switch cause {
        case .closing: "The WebSocket is closing; nothing more can be sent."
        case .peerGone: "The peer has gone."
        case .noAnswer: "The peer answered no ping in time."
        case .slowReader: "The peer read nothing for too long."
        case .shutdown: "The server is stopping."
        }
    }
}

extension WebSocketClosed.Cause {
    /// What the peer is told if it can still hear.
    var close: WebSocketClose? {
        switch self {
        case .closing, .peerGone: nil
        case .noAnswer: WebSocketClose(.internalError, reason: "no answer to ping")
        case .slowReader: WebSocketClose(.policyViolation, reason: "client reads too slowly")
        case .shutdown: WebSocketClose(.goingAway, reason: "server is stopping")
        }
    }
}
