import WebSocketTransport

/// Why a session ended, for the log.
enum SessionEnd: String {
    /// The client closed, and had its answers.
    case normal
    case clientGone = "client_gone"
    /// The client did not take what was sent.
    case slowReader = "slow_reader"
    case noAnswer = "no_answer"
    case protocolError = "protocol_error"
    /// Its key had sent all that it may.
    case rateLimited = "rate_limited"
    case shutdown
    case failed

    /// - Parameters:
    ///   - loss: How the connection was lost, if it was.
    ///   - inputEnd: How the client's messages ended, if they did.
    ///   - isLimited: Whether they ended because its key had sent all that it may.
    init(loss: WebSocketLoss?, inputEnd: WebSocketInputEnd?, isLimited: Bool, isDraining: Bool) {
        switch (loss, inputEnd) {
        case (.slowReader?, _): self = .slowReader
        case (.noAnswer?, _): self = .noAnswer
        case (.shutdown?, _): self = .shutdown
        case (_, .failed?): self = .protocolError
        case (_, _) where isLimited: self = .rateLimited
        case (.peerGone?, _): self = isDraining ? .shutdown : .clientGone
        case (nil, _) where isDraining: self = .shutdown
        case (nil, .closed?): self = .normal
        case (nil, _): self = .clientGone
        }
    }
}
