/// Why a connection is over before it was closed in order.
public enum WebSocketLoss: String, Equatable, Sendable {
    /// The peer reset the connection or vanished.
    case peerGone = "peer_gone"
    /// The peer answered no ping.
    case noAnswer = "no_answer"
    /// The peer did not take what was sent.
    case slowReader = "slow_reader"
    /// This side ended it.
    case shutdown

    /// What the peer is told if it can still hear.
    var close: WebSocketClose? {
        switch self {
        case .peerGone: nil
        case .noAnswer: WebSocketClose(.internalError, reason: "no answer to ping")
        case .slowReader: WebSocketClose(.policyViolation, reason: "client reads too slowly")
        case .shutdown: WebSocketClose(.goingAway, reason: "server is stopping")
        }
    }
}
