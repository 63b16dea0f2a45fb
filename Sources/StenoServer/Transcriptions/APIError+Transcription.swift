import AudioFiles
import HTTPTypes
import Transcription

extension APIError {
    /// What a client is told of an error that ends a transcription; `nil` for one that nobody foresaw.
    init?(transcribing error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as MultipartError: self.init(.badRequest, error.description, code: "invalid_form")
        case let error as AudioFileError: self.init(error)
        case let error as TranscriptionError: self.init(error.status, error.description, code: error.code)
        case let error as Interruption.Reason: self.init(error)
        case let error as SessionDrain.Refusal: self = .refused(error)
        // The body may not have been read.
        case let error as KeyAccount.Refusal: self = APIError(error).closing
        default: return nil
        }
    }

    /// Why no session may start.
    static func refused(_ refusal: SessionDrain.Refusal) -> APIError {
        switch refusal {
        case .draining: APIError(.serviceUnavailable, "The server is stopping. Try again shortly.", code: "draining")
        case .full: APIError(.serviceUnavailable, "All sessions are taken. Try again shortly.", code: "full")
        }
    }

    init(_ error: AudioFileError) {
        let status: HTTPResponse.Status =
            switch error {
            case .unsupported: .unsupportedMediaType
            case .undecodable: .badRequest
            case .tooLong: .contentTooLarge
            case .tooSlow, .noRoom, .busy, .cancelled: .serviceUnavailable
            case .failed: .internalServerError
            }
        let isAboutFile = status.code < 500
        self.init(
            status,
            "\(error).",
            code: isAboutFile ? "invalid_file_format" : nil,
            param: isAboutFile ? "file" : nil,
            headers: status == .serviceUnavailable ? [.retryAfter: "10"] : [:]
        )
    }

    private init(_ reason: Interruption.Reason) {
        switch reason {
        case .serverStopping: self = .refused(.draining)
        case .clientGone:
            // Nobody reads it, unless only half of the connection is closed. The status is nginx's.
            let status = HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
            self.init(status, "The client closed the connection before it had its answer.", code: "client_closed")
        }
    }
}

extension TranscriptionError {
    /// RFC 9110 section 15.6: 502 and 504 say that the server behind this one is at fault.
    var status: HTTPResponse.Status {
        switch self {
        case .modelsNotInitialized, .noBackend, .spoolFull, .spoolExpired, .cancelled: .serviceUnavailable
        case .backendStatus, .unreachable, .disconnected, .invalidResponse: .badGateway
        case .timeout, .expired: .gatewayTimeout
        case .engineFailed: .internalServerError
        }
    }
}
