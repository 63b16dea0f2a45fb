import CoreMetrics
import Hummingbird
import Logging
import Metrics
import Synchronization
import WebSocketTransport

/// Counts every answer, by key, kind and status.
///
/// It stands outside of what turns errors into answers, so that it sees what the client gets.
struct RequestMetricsMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let factory: any MetricsFactory

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        context.logger.debug("Answered", metadata: ["steno.status": "\(response.status.code)"])
        let dimensions = [
            ("key", context.keyName.value ?? ""),
            ("kind", request.head.asksForWebSocket ? "websocket" : "http"),
            ("status", "\(response.status.code)"),
        ]
        Counter(label: "steno_requests_total", dimensions: dimensions, factory: factory).increment()
        return response
    }
}

/// The name of a request's key, once it is known; what stands further out gets it from here.
final class KeyName: Sendable {
    private let name = Mutex<String?>(nil)

    var value: String? { name.withLock(\.self) }

    func set(_ value: String?) { name.withLock { $0 = value } }
}
