import HTTPTypes
import Hummingbird
import Logging

/// Gives every answer an `x-request-id`, by which its line in the log can be found.
///
/// It is the one that Hummingbird gives the log. A client's own is echoed instead when it is short and of plain
/// characters, and one line in the log connects the two.
struct RequestIDMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private static let header = HTTPField.Name("x-request-id")

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let header = Self.header else { return try await next(request, context) }
        var response = try await next(request, context)
        if let given = request.headers[header], Self.isPlain(given) {
            context.logger.debug("Request named by its client", metadata: ["steno.request.id": "\(given)"])
            response.headers[header] = given
        } else {
            response.headers[header] = context.logger[metadataKey: "hb.request.id"].map { "req_\($0)" }
        }
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
