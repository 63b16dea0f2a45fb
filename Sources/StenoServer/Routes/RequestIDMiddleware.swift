import HTTPTypes
import Hummingbird
import Logging

/// Gives every answer an `x-request-id`, by which its line in the log can be found.
///
/// Every line of the log about the request has it as `hb.request.id`. It is the client's own when that is short and of
/// plain characters.
struct RequestIDMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private static let header = HTTPField.Name("x-request-id")

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let header = Self.header else { return try await next(request, context) }
        let given = request.headers[header].flatMap { Self.isPlain($0) ? $0 : nil }
        let id = given ?? "req_\(context.id)"
        var context = context
        context.logger[metadataKey: "hb.request.id"] = "\(id)"
        var response = try await next(request, context)
        response.headers[header] = id
        return response
    }

    static func isPlain(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ":": true
                default: false
                }
            }
    }
}
