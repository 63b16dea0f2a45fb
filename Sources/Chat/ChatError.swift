public import Backends

/// Why there is no reply, or no more of it.
///
/// `description` is one sentence for the client. It never contains text that came from the model's server, which may
/// hold secrets; engines log that.
public enum ChatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No language model is set up.
    case notConfigured
    /// No server can answer in time, as all have failed or asked to be left alone.
    case noBackend
    /// No connection could be made.
    case unreachable
    /// The server answered with an HTTP status other than 2xx.
    case status(Int, code: String?)
    /// Nothing came for so long.
    case timeout(seconds: Double)
    /// The connection ended in the middle of the reply.
    case disconnected
    /// The answer was not a reply.
    case invalidResponse
    /// The caller no longer wants it.
    case cancelled

    /// A stable name for the wire and for metric labels.
    public var code: String {
        switch self {
        case .timeout: "llm_timeout"
        case .cancelled: "cancelled"
        default: "llm_unavailable"
        }
    }

    public var description: String {
        switch self {
        case .notConfigured:
            "This server has no language model. Set LLM_BASE_URL to a server with /chat/completions, or LLM=echo to try it."
        case .noBackend: "No server of the language model can answer at the moment. Try again later."
        case .unreachable: "The language model cannot be reached."
        case .status(let status, let code?): "The language model answered \(status) (\(code))."
        case .status(let status, nil): "The language model answered \(status)."
        case .timeout(let seconds): "The language model sent nothing for \(seconds) s."
        case .disconnected: "The language model closed the connection before its reply was complete."
        case .invalidResponse: "The language model's answer is not a reply."
        case .cancelled: "The reply was cancelled."
        }
    }
}

extension ChatError: BackendError {}
