import Hummingbird
import Logging

/// Makes the request's logger `Logger.current`, by which engines name the request and its key in the log.
///
/// It is so for a body that is made while it is sent, too, which happens when the handlers have returned.
struct TaskLoggerMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let logger = context.logger
        var response = try await withLogger(logger) { _ in try await next(request, context) }
        guard response.body.contentLength == nil else { return response }
        let body = response.body
        response.body = ResponseBody { writer in
            // Handed on, and used nowhere else until the body has been written.
            nonisolated(unsafe) let writer = writer
            try await withLogger(logger) { _ in try await unsafe body.write(writer) }
        }
        return response
    }
}
