/// Why a request has no answer.
///
/// A `reason` is libcurl's own text: it is for the log, not for a client.
public enum TransferError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The request could not be sent as it was written.
    case invalidRequest(reason: String)
    /// No connection could be made: name, address, port, TLS or the time for it.
    case unreachable(reason: String)
    /// No whole answer within the request's time limit.
    case timedOut(reason: String)
    /// The connection ended before the answer was complete.
    case disconnected(reason: String)
    /// The answer is not HTTP.
    case malformedResponse(reason: String)
    /// The answer's body is longer than the request allows.
    case responseTooLarge(limit: Int)
    /// The calling task was cancelled, or the transport was shut down.
    case cancelled
    /// libcurl could not work, for want of memory or threads.
    case unavailable(reason: String)

    public var description: String {
        switch self {
        case .invalidRequest(let reason): "The request cannot be sent: \(reason)"
        case .unreachable(let reason): "No connection: \(reason)"
        case .timedOut(let reason): "No answer in time: \(reason)"
        case .disconnected(let reason): "The connection ended early: \(reason)"
        case .malformedResponse(let reason): "The answer is not HTTP: \(reason)"
        case .responseTooLarge(let limit): "The answer is longer than \(limit) bytes"
        case .cancelled: "The request was cancelled"
        case .unavailable(let reason): "The HTTP library failed: \(reason)"
        }
    }
}
