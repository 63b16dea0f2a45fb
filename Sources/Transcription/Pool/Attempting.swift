internal import Backends

/// An engine that can say how an attempt failed, beyond what clients are told.
protocol Attempting: Transcriber {
    func attempt(_ request: TranscriptionRequest) async throws(AttemptFailure) -> Transcript
}

/// How one attempt at a transcript failed.
struct AttemptFailure: Error, Equatable {
    var error: TranscriptionError
    /// How long the backend asks to be left alone.
    var retryAfter: Duration?

    init(_ error: TranscriptionError, retryAfter: Duration? = nil) {
        self.error = error
        self.retryAfter = retryAfter
    }

    /// What it means for the pool.
    var setback: Setback {
        switch error {
        case .backendStatus(let status, _): .status(status, retryAfter: retryAfter)
        case .timeout, .expired: .timedOut
        case .unreachable: .unreachable
        case .disconnected: .cut
        case .invalidResponse: .garbled
        case .modelsNotInitialized, .noBackend, .engineFailed, .spoolFull, .spoolExpired: .broken
        case .cancelled: .abandoned
        }
    }
}
