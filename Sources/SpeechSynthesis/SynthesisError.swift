public import Backends

/// Why a piece of text was not spoken, or not to its end.
///
/// `description` is one sentence for the client. It never contains text that came from a library or a backend's body;
/// engines log that.
public enum SynthesisError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server has no speech synthesis.
    case notConfigured
    /// No backend can answer in time, as all have failed or asked to be left alone.
    case noBackend
    case unreachable
    /// The backend answered with an HTTP status other than 2xx.
    case status(Int, code: String?)
    case timeout(seconds: Double)
    case disconnected
    /// The answer was not audio that can be read, or had none.
    case invalidResponse
    case engineFailed
    /// The caller no longer wants it.
    case cancelled

    /// A stable name for the wire and for metric labels.
    public var code: String { self == .cancelled ? "cancelled" : "tts_unavailable" }

    public var description: String {
        switch self {
        case .notConfigured: "This server has no speech synthesis. Set TTS, or ask for text."
        case .noBackend: "No speech backend can answer at the moment. Try again later."
        case .unreachable: "The speech backend cannot be reached."
        case .status(let status, let code?): "The speech backend answered \(status) (\(code))."
        case .status(let status, nil): "The speech backend answered \(status)."
        case .timeout(let seconds): "The speech backend sent nothing for \(seconds) s."
        case .disconnected: "The speech backend closed the connection before it had sent everything."
        case .invalidResponse: "The speech backend's answer is not audio."
        case .engineFailed: "The speech engine failed on this text."
        case .cancelled: "The speech was cancelled."
        }
    }
}

extension SynthesisError: BackendError {}
