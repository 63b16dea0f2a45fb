import Dialects
import HTTPTypes
import Hummingbird
import Sessions
import WebSocketTransport

/// The compact dialect on `/` and `/ws`.
struct CompactRoute {
    let host: SessionHost

    func add(to router: Router<ServerContext>) {
        router.get("/") { request, context in
            guard !request.head.asksForWebSocket else { return try await open(request, context) }
            let text = "This is Steno. Open a WebSocket here, or see /health, /ready and /metrics.\n"
            return StatusRoutes.text(text, type: "text/plain; charset=utf-8")
        }
        router.get("ws") { request, context in try await open(request, context) }
    }

    private func open(_ request: Request, _ context: ServerContext) async throws -> Response {
        var settings = host.settings
        let dialect = CompactDialect(maximumPrompt: settings.maximumPrompt)
        do throws(ClientError) {
            settings.apply(try dialect.update(query: request.query))
        } catch {
            throw APIError(error)
        }
        return try await host.open(request, context, dialect: dialect, settings: settings)
    }
}
