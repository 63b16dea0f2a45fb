/// Why an utterance has no transcript.
///
/// `description` is one sentence for the client. It never contains text that came from a library or a backend's body,
/// which may hold secrets; engines log that.
public enum TranscriptionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The engine could not be loaded, or not in time.
    case modelsNotInitialized
    /// The backend answered with an HTTP status other than 2xx.
    case backendStatus(Int, code: String?)
    /// No answer within the time limit.
    case timeout(seconds: Double)
    /// No transcript within the time that an utterance has, most of which it may have waited for its turn.
    case expired(seconds: Double)
    /// No backend can answer in time, as all have failed or asked to be left alone.
    case noBackend
    /// No connection could be made.
    case unreachable
    /// The connection ended before the answer was complete.
    case disconnected
    /// The answer was not a transcription.
    case invalidResponse
    /// The embedded engine failed.
    case engineFailed
    /// No backend could serve, and the utterance could not be kept, as the spool is full.
    case spoolFull
    /// It waited on disk for a backend for as long as it may.
    case spoolExpired
    /// The caller no longer wants the answer.
    case cancelled

    /// A stable name for the wire and for metric labels.
    public var code: String {
        switch self {
        case .modelsNotInitialized: "models_not_initialized"
        case .backendStatus: "backend_error"
        case .timeout: "backend_timeout"
        case .expired: "backend_deadline"
        case .noBackend: "backend_unavailable"
        case .unreachable: "backend_unreachable"
        case .disconnected: "backend_disconnected"
        case .invalidResponse: "backend_invalid_response"
        case .engineFailed: "engine_failed"
        case .spoolFull: "spool_full"
        case .spoolExpired: "spool_expired"
        case .cancelled: "cancelled"
        }
    }

    public var description: String {
        switch self {
        case .modelsNotInitialized: "Server models not initialized."
        case .backendStatus(let status, let code?): "The transcription backend answered \(status) (\(code))."
        case .backendStatus(let status, nil): "The transcription backend answered \(status)."
        case .timeout(let seconds): "The transcription backend did not answer within \(seconds) s."
        case .expired(let seconds): "The utterance had no transcript within \(seconds) s of its end."
        case .noBackend: "No transcription backend can answer at the moment. Try again later."
        case .unreachable: "The transcription backend cannot be reached."
        case .disconnected: "The transcription backend closed the connection before it had answered."
        case .invalidResponse: "The transcription backend's answer is not a transcription."
        case .engineFailed: "The transcription engine failed on this utterance."
        case .spoolFull:
            "No transcription backend can answer, and there is no room to keep the utterance until one can. Send it again later."
        case .spoolExpired: "No transcription backend could answer for as long as an utterance is kept."
        case .cancelled: "The transcription was cancelled."
        }
    }
}

extension TranscriptionError {
    /// Whether another attempt may go well later, so that the utterance is worth keeping.
    ///
    /// Wrong keys and paths are among them (401, 402, 403, 404), as an operator will mend these.
    public var mayPass: Bool {
        switch self {
        case .backendStatus(let status, _): status >= 500 || [401, 402, 403, 404, 408, 409, 425, 429].contains(status)
        case .modelsNotInitialized, .timeout, .expired, .noBackend, .unreachable, .disconnected, .cancelled: true
        case .invalidResponse, .engineFailed, .spoolFull, .spoolExpired: false
        }
    }
}
