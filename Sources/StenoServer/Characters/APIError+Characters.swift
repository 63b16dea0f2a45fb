import Characters
import Chat
import HTTPTypes
import Logging

extension APIError {
    init(_ error: CharacterError) {
        self.init(error.status, error.description, code: error.code, param: error.param)
    }

    init(_ error: ChatError) {
        self.init(error.status, error.description, code: error.code)
    }

    /// What a client is told of an error of the routes of characters; `nil` for one that nobody foresaw.
    init?(aboutCharacters error: any Error, logger: Logger) {
        switch error {
        case let error as CharacterError:
            if let detail = error.detail { logger.error("The database failed", metadata: ["error": "\(detail)"]) }
            self.init(error)
        case let error as CardError: self.init(CharacterError.card(error))
        case let error as ChatError: self.init(error)
        default: self.init(speaking: error)
        }
    }
}

extension CharacterError {
    /// RFC 9110 sections 15.5.10 (409) and 15.5.13 (412).
    var status: HTTPResponse.Status {
        switch self {
        case .notFound: .notFound
        case .readOnly: .forbidden
        case .nameTaken, .hasInstances, .tooMany: .conflict
        case .changed: .preconditionFailed
        case .card(.tooLarge): .contentTooLarge
        case .invalid, .card: .badRequest
        case .storage: .internalServerError
        case .deletionPending, .cancelled: .serviceUnavailable
        }
    }
}

extension ChatError {
    /// RFC 9110 section 15.6: 502 and 504 say that the server behind this one is at fault.
    var status: HTTPResponse.Status {
        switch self {
        case .notConfigured: .notFound
        case .unreachable, .status, .disconnected, .invalidResponse: .badGateway
        case .timeout: .gatewayTimeout
        case .noBackend, .cancelled: .serviceUnavailable
        }
    }
}
