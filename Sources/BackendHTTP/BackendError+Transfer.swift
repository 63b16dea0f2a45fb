public import Backends
public import HTTPTransfer

extension BackendError {
    /// What a request that has no answer means to its asker.
    ///
    /// - Parameter limit: How long it might have taken.
    public init(_ error: TransferError, limit: Duration) {
        switch error {
        case .unreachable: self = .unreachable
        case .timedOut: self = .timeout(seconds: limit / .seconds(1))
        case .disconnected: self = .disconnected
        case .malformedResponse, .responseTooLarge: self = .invalidResponse
        case .invalidRequest, .unavailable: self = .notSent
        case .cancelled: self = .cancelled
        }
    }
}

extension Setback {
    /// What a request that has no answer means to the pool.
    public init(_ error: TransferError) {
        switch error {
        case .unreachable: self = .unreachable
        case .timedOut: self = .timedOut
        case .disconnected: self = .cut
        case .malformedResponse, .responseTooLarge: self = .garbled
        case .invalidRequest, .unavailable: self = .broken
        case .cancelled: self = .abandoned
        }
    }
}
