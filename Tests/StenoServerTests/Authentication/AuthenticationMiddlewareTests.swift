import CoreMetrics
import Foundation
import HTTPTypes
import Hummingbird
import InMemoryLogging
import Logging
import NIOCore
import Sessions
import Testing

@testable import StenoServer

@Suite("Authentication middleware")
struct AuthenticationMiddlewareTests {
    let registry = PrometheusRegistry()
    let secrets = ClientSecrets(uptime: { .zero }, date: { 0 })

    /// Routes that say who asks.
    func probe(_ keys: String?) throws -> RouterProbe {
        let keys = try keys.map { try APIKeys(parsing: $0) } ?? APIKeys()
        let authenticator = Authenticator(keys: keys, secrets: secrets)
        let registry = registry
        return RouterProbe(outermost: RequestMetricsMiddleware(factory: registry)) { router in
            router.add(middleware: AuthenticationMiddleware(authenticator: authenticator))
            for path in ["health", "v1/models", "v1/realtime"] {
                router.get(RouterPath(path)) { _, context in
                    context.logger.info("Asked")
                    let prompt = context.client.sessionUpdate?.prompt.flatMap { $0 }
                    return "\(context.client.name ?? "nobody") \(prompt ?? "-")"
                }
            }
        }
    }

    static func bearer(_ key: String) -> HTTPFields { [.authorization: "Bearer \(key)"] }

    static let webSocket: HTTPFields = [.upgrade: "websocket", .connection: "Upgrade"]

    @Test(
        "Refuses with OpenAI's body and a challenge",
        arguments: [
            (HTTPFields(), "Authorization: Bearer KEY"), (bearer("not-the-key"), "API_KEYS"),
            (bearer("ek_expired"), "client secret"),
        ]
    )
    func refusal(headers: HTTPFields, sentence: String) async throws {
        let probe = try probe("alice:alice-key")
        for path in ["/v1/models", "/nowhere", "/v1/realtime"] {
            let answer = try await probe.send(.get, path, headers: headers)
            #expect(answer.status == .unauthorized)
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            let body = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: [String: Any]]
            let error = try #require(body?["error"])
            #expect(error["type"] as? String == "invalid_request_error")
            #expect(error["code"] as? String == "invalid_api_key")
            #expect(error["param"] is NSNull)
            #expect((error["message"] as? String)?.contains(sentence) == true, "\(answer.body)")
            #expect(!answer.body.contains("not-the-key") && !answer.body.contains("alice"))
        }
        #expect(probe.log.entries.isEmpty)
    }

    @Test("Tells the route and its log whose key it is")
    func identity() async throws {
        let probe = try probe("alice:alice-key,bob-key-of-his")
        for (key, name) in [("alice-key", "alice"), ("bob-key-of-his", "key-2")] {
            let answer = try await probe.send(.get, "/v1/models", headers: Self.bearer(key))
            #expect(answer.body == "\(name) -")
            #expect(probe.log.entries.last?.metadata["steno.key"] == "\(name)")
        }
    }

    @Test("Gives the route what a client secret carries")
    func secret() async throws {
        var update = SessionUpdate()
        update.prompt = "names"
        let value = secrets.make(for: Client(name: "alice", sessionUpdate: update), lifetime: 10).value
        let probe = try probe("alice:alice-key")
        var headers = Self.webSocket
        headers[.authorization] = "Bearer \(value)"
        let answer = try await probe.send(.get, "/v1/realtime", headers: headers)
        #expect(answer.body == "alice names")
        #expect(probe.log.entries.last?.metadata["steno.key"] == "alice")
    }

    @Test("Knows nobody on an open server, and asks nobody for a key")
    func open() async throws {
        let probe = try probe(nil)
        let answer = try await probe.send(.get, "/v1/models", headers: Self.bearer("any"))
        #expect(answer.body == "nobody -")
        #expect(probe.log.entries.last?.metadata["steno.key"] == nil)
    }

    @Test("Says that there is nothing only to who may ask")
    func notFound() async throws {
        let probe = try probe("alice-key")
        #expect(try await probe.send(.get, "/nowhere").status == .unauthorized)
        #expect(try await probe.send(.get, "/nowhere", headers: Self.bearer("alice-key")).status == .notFound)
        #expect(try await probe.send(.get, "/health").body == "nobody -")
    }

    @Test("Counts by key, kind and status of what the client got")
    func counts() async throws {
        let probe = try probe("alice:alice-key,bob-key-of-his")
        for key in ["alice-key", "alice-key", "bob-key-of-his", "wrong", "alice"] {
            _ = try await probe.send(.get, "/v1/models", headers: Self.bearer(key))
        }
        _ = try await probe.send(.get, "/nowhere", headers: Self.bearer("alice-key"))
        _ = try await probe.send(.get, "/health")
        _ = try await probe.send(.get, "/v1/realtime", headers: Self.webSocket)
        let lines = registry.render().split(separator: "\n").filter { $0.hasPrefix("steno_requests_total") }
        #expect(
            lines == [
                #"steno_requests_total{key="",kind="http",status="200"} 1"#,
                #"steno_requests_total{key="",kind="http",status="401"} 2"#,
                #"steno_requests_total{key="",kind="websocket",status="401"} 1"#,
                #"steno_requests_total{key="alice",kind="http",status="200"} 2"#,
                #"steno_requests_total{key="alice",kind="http",status="404"} 1"#,
                #"steno_requests_total{key="key-2",kind="http",status="200"} 1"#,
            ]
        )
        #expect(!registry.render().contains("alice-key"))
    }
}
