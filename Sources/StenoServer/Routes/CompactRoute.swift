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
            return Self.greeting(asHTML: request.headers[.accept]?.contains("text/html") ?? false)
        }
        router.get("ws") { request, context in try await open(request, context) }
    }

    /// What a visitor without a WebSocket gets; a browser can follow its links.
    private static func greeting(asHTML: Bool) -> Response {
        let paths = ["/docs", "/health", "/ready", "/metrics"]
        guard asHTML else {
            let text = "This is Steno. Open a WebSocket here, or see \(paths.joined(separator: ", ")).\n"
            return StatusRoutes.text(text, type: "text/plain; charset=utf-8")
        }
        let links = paths.map { "<a href=\"\($0)\">\($0)</a>" }.joined(separator: ", ")
        let html =
            "<!DOCTYPE html>\n<html lang=\"en\"><title>Steno</title><p>This is Steno. Open a WebSocket here, or see \(links).\n"
        return StatusRoutes.text(html, type: "text/html; charset=utf-8")
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
