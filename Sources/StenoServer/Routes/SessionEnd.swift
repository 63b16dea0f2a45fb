import Sessions
import Synchronization
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
    case shutdown
    case failed

    /// - Parameters:
    ///   - error: What ended the session before its end, if anything did.
    ///   - hasClosed: Whether the client sent a Close frame.
    init(error: (any Error)?, hasClosed: Bool, isDraining: Bool) {
        switch error {
        case is WebSocketProtocolError: self = .protocolError
        case let closed as WebSocketClosed: self = Self(closed.cause, isDraining: isDraining)
        case is CancellationError: self = isDraining ? .shutdown : .clientGone
        case .some: self = .failed
        case nil where isDraining: self = .shutdown
        case nil: self = hasClosed ? .normal : .clientGone
        }
    }

    private init(_ cause: WebSocketClosed.Cause, isDraining: Bool) {
        switch cause {
        case .slowReader: self = .slowReader
        case .noAnswer: self = .noAnswer
        case .shutdown: self = .shutdown
        case .closing, .peerGone: self = isDraining ? .shutdown : .clientGone
        }
    }
}

/// Counts the utterances that a session told its client of.
final class UtteranceCount: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func note(_ event: SessionEvent) {
        switch event {
        case .transcribed, .failed: count.add(1, ordering: .relaxed)
        default: break
        }
    }
}
