import Dialects
import HTTPTypes
import Hummingbird
import WebSocketTransport

/// The WebSockets of every protocol, and what `/` says to everybody else.
struct SocketRoutes {
    let protocols: [WireProtocol]
    let host: SessionHost
    /// What a browser gets at `/`.
    let page: ConsoleFile
    /// Whether the metrics are on this port.
    let hasMetrics: Bool

    func add(to router: Router<ServerContext>) {
        for wire in protocols {
            for path in wire.paths {
                router.get(RouterPath(path)) { request, context in
                    guard path == "/", !request.head.asksForWebSocket else {
                        return try await host.open(request, context, as: wire)
                    }
                    return welcome(request)
                }
            }
        }
    }

    /// The console for browsers, lines that say where to go on for everybody else (RFC 8631 names the relations).
    private func welcome(_ request: Request) -> Response {
        let isBrowser = request.headers[values: .accept].contains { $0.contains("text/html") }
        var response =
            isBrowser
            ? ConsoleRoutes.answer(request, with: page)
            : StatusRoutes.text(lines, type: "text/plain; charset=utf-8")
        response.headers.append(HTTPField(name: .vary, value: "Accept"))
        if let link = HTTPField.Name("Link") {
            response.headers[link] = #"</docs>; rel="service-doc", </openapi.json>; rel="service-desc""#
        }
        return response
    }

    private var lines: String {
        let paths = hasMetrics ? "/docs, /health, /ready and /metrics" : "/docs, /health and /ready"
        return "This is Steno. Open a WebSocket here, or see \(paths).\n"
    }
}
