import Hummingbird

/// Answers each request in a task of its own.
///
/// A task keeps the memory that its deepest call took until it ends. That of a connection lasts as long as the
/// connection's WebSocket, and would keep for hours what the middleware took for a moment: 74 kB.
struct TaskPerRequest<Responder: HTTPResponder>: HTTPResponder where Responder.Context: Sendable {
    let responder: Responder

    func respond(to request: Request, context: Responder.Context) async throws -> Response {
        async let response = responder.respond(to: request, context: context)
        return try await response
    }
}
