import Hummingbird
import Logging

/// Lets through what the server's keys allow, and tells the rest of the server whose request it is.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let authenticator: Authenticator

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        switch authenticator.verdict(on: request) {
        case .exempt: return try await next(request, context)
        case .accepted(let client):
            var context = context
            context.client = client
            context.keyName.set(client.name)
            if let name = client.name { context.logger[metadataKey: "steno.key"] = "\(name)" }
            return try await next(request, context)
        case .refused(let refusal): throw APIError(refusal)
        }
    }
}
