import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging

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
            return APIError(error.status, message).response(headers: error.headers)
        } catch let error as APIError {
            return error.response()
        } catch {
            context.logger.error("Request failed", metadata: ["error": "\(error)"])
            return APIError.unforeseen.response()
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
    /// Whether the client is to close the connection, because the rest of its body is not wanted.
    var closesConnection = false

    /// What a client is told of a fault of ours; the log says more.
    static let unforeseen = APIError(.internalServerError, "The server failed on this request.")

    init(_ status: HTTPResponse.Status, _ message: String, code: String? = nil, param: String? = nil) {
        self.status = status
        self.message = message
        self.code = code
        self.param = param
    }

    /// The same error, after which the connection is of no further use.
    var closing: APIError {
        var error = self
        error.closesConnection = true
        return error
    }

    /// The body of the answer.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: (try? encoder.encode(["error": Body(error: self)])) ?? Data(), as: UTF8.self)
    }

    /// The headers of the answer.
    var headers: HTTPFields {
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]
        if status == .serviceUnavailable { headers[.retryAfter] = "1" }
        if closesConnection { headers[.connection] = "close" }
        return headers
    }

    /// - Parameter extra: Headers beside the error's own.
    func response(headers extra: HTTPFields = [:]) -> Response {
        var headers = extra
        for field in self.headers { headers[field.name] = field.value }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: json)))
    }

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
