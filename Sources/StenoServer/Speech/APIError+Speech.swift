import AudioFiles
import HTTPTypes
import Sessions
import SpeechSynthesis

extension APIError {
    /// What a client is told of an error that ends speech; `nil` for one that nobody foresaw.
    init?(speaking error: any Error) {
        switch error {
        case let error as ClientError: self.init(error)
        case let error as SynthesisError: self.init(error.status, error.description, code: error.code)
        case let error as AudioFileError: self.init(.internalServerError, "\(error).", code: "encoding_failed")
        default: self.init(transcribing: error)
        }
    }
}

extension SynthesisError {
    /// RFC 9110 section 15.6: 502 and 504 say that the server behind this one is at fault.
    var status: HTTPResponse.Status {
        switch self {
        case .notConfigured: .notFound
        case .unreachable, .status, .disconnected, .invalidResponse: .badGateway
        case .timeout: .gatewayTimeout
        case .engineFailed: .internalServerError
        case .noBackend, .cancelled: .serviceUnavailable
        }
    }
}
