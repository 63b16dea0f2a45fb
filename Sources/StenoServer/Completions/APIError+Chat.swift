import Chat
import HTTPTypes
import Sessions

extension APIError {
    /// What a client is told of an error that ends a completion; `nil` for one that nobody foresaw.
    init?(completing error: any Error) {
        switch error {
        case let error as ClientError: self.init(error)
        case let error as ChatError: self.init(error.httpStatus, error.description, code: error.code)
        default: self.init(transcribing: error)
        }
    }
}

extension ChatError {
    /// Statuses of the model's server that are about what the client sent.
    private static let clientStatuses: Set<Int> = [400, 404, 413, 415, 422, 429]

    /// RFC 9110 section 15.6: 502 and 504 say that the server behind this one is at fault.
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .notConfigured: .notFound
        case .status(let status, _) where Self.clientStatuses.contains(status): HTTPResponse.Status(code: status)
        case .unreachable, .status, .disconnected, .invalidResponse: .badGateway
        case .timeout: .gatewayTimeout
        case .noBackend, .cancelled: .serviceUnavailable
        }
    }
}
