import Dialects
import HTTPTypes
import Hummingbird
import WebSocketTransport

/// The WebSockets of every protocol, and what `/` says to everybody else.
struct SocketRoutes {
    let protocols: [WireProtocol]
    let host: SessionHost

    func add(to router: Router<ServerContext>) {
        for wire in protocols {
            for path in wire.paths {
                router.get(RouterPath(path)) { request, context in
                    guard path == "/", !request.head.asksForWebSocket else {
                        return try await host.open(request, context, as: wire)
                    }
                    return Self.welcome(request)
                }
            }
        }
    }

    /// Where to go on: a page for browsers, lines for everybody else (RFC 8631 names the relations).
    private static func welcome(_ request: Request) -> Response {
        let isBrowser = request.headers[values: .accept].contains { $0.contains("text/html") }
        var response =
            isBrowser
            ? StatusRoutes.text(page, type: "text/html; charset=utf-8")
            : StatusRoutes.text(lines, type: "text/plain; charset=utf-8")
        response.headers.append(HTTPField(name: .vary, value: "Accept"))
        if let link = HTTPField.Name("Link") {
            response.headers[link] = #"</docs>; rel="service-doc", </openapi.json>; rel="service-desc""#
        }
        return response
    }

    private static let lines = "This is Steno. Open a WebSocket here, or see /docs, /health, /ready and /metrics.\n"
    private static let page = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Steno</title></head>
        <body><p>This is Steno, a speech-to-text server. See the <a href="/docs">documentation</a> of its paths and
        messages, <a href="/health">/health</a>, <a href="/ready">/ready</a> and <a href="/metrics">/metrics</a>.</p></body>
        </html>

        """
}
