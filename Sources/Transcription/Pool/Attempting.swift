public import Backends

/// An engine that can say how an attempt failed, beyond what clients are told.
protocol Attempting: Transcriber {
    func attempt(_ request: TranscriptionRequest) async throws(Miss<TranscriptionError>) -> Transcript
}

extension TranscriptionError: BackendError {
    public static func status(_ status: Int, code: String?) -> Self { .backendStatus(status, code: code) }

    public static var notSent: Self { .engineFailed }

    public static func outOfTime(seconds: Double) -> Self { .expired(seconds: seconds) }
}

extension Setback {
    /// What an engine's error means for the pool, where the engine says no more.
    init(_ error: TranscriptionError) {
        switch error {
        case .backendStatus(let status, _): self = .status(status, retryAfter: nil)
        case .timeout, .expired: self = .timedOut
        case .unreachable: self = .unreachable
        case .disconnected: self = .cut
        case .invalidResponse: self = .garbled
        case .modelsNotInitialized, .noBackend, .engineFailed, .spoolFull, .spoolExpired: self = .broken
        case .cancelled: self = .abandoned
        }
    }
}
