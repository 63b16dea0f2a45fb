import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import Sessions
import WebSocketTransport

/// Gives every error the body that OpenAI's clients read: `{"error": {"message", "type", "param", "code"}}`.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            let message = error.body ?? Self.message(error.status, path: request.uri.path)
            return APIError(error.status, message, headers: error.headers).response
        } catch let error as APIError {
            return error.response
        } catch {
            if let error = APIError(reading: error) { return error.response }
            context.logger.error("Request failed", metadata: ["error": "\(error)"])
            return APIError.unforeseen.response
        }
    }

    private static func message(_ status: HTTPResponse.Status, path: String) -> String {
        status == .notFound ? "There is nothing at \(path)." : "\(status.reasonPhrase)."
    }
}

/// An error as an HTTP answer.
struct APIError: Error, Equatable {
    var status: HTTPResponse.Status
    var message: String
    var code: String?
    var param: String?
    /// Besides those of every JSON answer.
    var headers: HTTPFields

    /// What a client is told of a fault of ours; the log says more.
    static let unforeseen = APIError(.internalServerError, "The server failed on this request.")

    init(
        _ status: HTTPResponse.Status,
        _ message: String,
        code: String? = nil,
        param: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.headers = headers
    }

    /// A mistake in what the client sent.
    init(_ error: ClientError) {
        self.init(.badRequest, error.message, code: error.code.rawValue, param: error.param)
    }

    /// What kept the body of a request from being read, when that was the client.
    init?(reading error: any Error) {
        switch error {
        case let refusal as HTTPRefusal: self.init(refusal)
        case is HTTPParserError:
            self.init(.malformed("The body of the request breaks the rules of HTTP."))
        default: return nil
        }
        self = closing
    }

    /// What a client is told that breaks the rules of HTTP or takes too long.
    init(_ refusal: HTTPRefusal) {
        switch refusal {
        case .malformed: self.init(.badRequest, refusal.message, code: "malformed_request")
        case .headTooLarge:
            let status = HTTPResponse.Status.requestHeaderFieldsTooLarge
            self.init(status, refusal.message, code: "request_head_too_large")
        case .overdue: self.init(.requestTimeout, refusal.message, code: "request_timeout")
        }
    }

    /// The same error, after which the client is to close the connection, because the rest of its body is not wanted.
    var closing: APIError {
        var error = self
        error.headers[.connection] = "close"
        return error
    }

    /// The body of the answer.
    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(["error": Body(error: self)])).map(Array.init) ?? []
    }

    var response: Response { .json(status, json, headers: headers) }

    private struct Body: Encodable {
        let error: APIError

        private enum Key: String, CodingKey {
            case message, type, param, code
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encode(error.message, forKey: .message)
            try fields.encode(error.status.code < 500 ? "invalid_request_error" : "server_error", forKey: .type)
            try fields.encode(error.param, forKey: .param)
            try fields.encode(error.code, forKey: .code)
        }
    }
}
