import CoreMetrics
import Hummingbird
import Logging
import Metrics
import WebSocketTransport

/// Lets through what the server's keys allow, and tells the rest of the server whose request it is.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    private let authenticator: Authenticator
    private let metrics: RequestMetrics

    init(authenticator: Authenticator, factory: any MetricsFactory) {
        self.authenticator = authenticator
        metrics = RequestMetrics(names: authenticator.keys.names, factory: factory)
    }

    func handle(
        _ request: Request,
        context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let kind: RequestMetrics.Kind = request.head.asksForWebSocket ? .webSocket : .http
        switch authenticator.verdict(on: request) {
        case .exempt: return try await next(request, context)
        case .accepted(let client):
            metrics.countAccepted(kind, key: client.name)
            var context = context
            context.client = client
            if let name = client.name { context.logger[metadataKey: "steno.key"] = "\(name)" }
            return try await next(request, context)
        case .refused(let refusal):
            metrics.countRefused(kind)
            throw APIError(refusal)
        }
    }
}

/// How many requests each key made, and how many were refused.
///
/// The labels' values are the configured names, and an empty one for no key. Requests that need no key are not counted.
struct RequestMetrics: Sendable {
    enum Kind: String, CaseIterable {
        case http
        case webSocket = "websocket"
    }

    private struct Series: Hashable {
        var kind: Kind
        var key: String
    }

    private let accepted: [Series: Counter]
    private let refused: [Kind: Counter]

    init(names: [String], factory: any MetricsFactory) {
        func counter(_ kind: Kind, key: String, outcome: String) -> Counter {
            let dimensions = [("key", key), ("kind", kind.rawValue), ("outcome", outcome)]
            return Counter(label: "steno_requests_total", dimensions: dimensions, factory: factory)
        }
        var accepted: [Series: Counter] = [:]
        for name in names.isEmpty ? [""] : names {
            for kind in Kind.allCases {
                accepted[Series(kind: kind, key: name)] = counter(kind, key: name, outcome: "accepted")
            }
        }
        self.accepted = accepted
        refused =
            names.isEmpty
            ? [:]
            : Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, counter($0, key: "", outcome: "refused")) })
    }

    func countAccepted(_ kind: Kind, key: String?) {
        accepted[Series(kind: kind, key: key ?? "")]?.increment()
    }

    func countRefused(_ kind: Kind) {
        refused[kind]?.increment()
    }
}
