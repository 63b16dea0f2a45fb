import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import StenoServer

@Suite("Realtime token route")
struct RealtimeTokenRouteTests {
    let secrets = ClientSecrets(uptime: { .zero }, date: { 0 })
    let authenticator: Authenticator

    init() throws {
        authenticator = Authenticator(keys: try APIKeys(parsing: "alice:alice-key"), secrets: secrets)
    }

    func post(_ body: String, authorization: String?) async throws -> RouterProbe.Answer {
        let probe = RouterProbe { router in
            router.add(middleware: AuthenticationMiddleware(authenticator: authenticator))
            RealtimeTokenRoute(secrets: secrets).add(to: router)
        }
        let headers: HTTPFields = authorization.map { [.authorization: $0] } ?? [:]
        return try await probe.send(.post, "/v2/realtime/token", headers: headers, body: body)
    }

    func socket(_ path: String, authorization: String? = nil) -> Authenticator.Verdict {
        let fields = authorization.map { [("Authorization", $0)] } ?? []
        var head = PresentedKeyTests.request(fields, webSocket: true, method: .get)
        head.path = path
        return authenticator.verdict(on: Request(head: head, body: RequestBody(buffer: .init())))
    }

    @Test("Makes a token for a bare key, and it opens the socket and nothing else")
    func token() async throws {
        let answer = try await post(#"{"expires_in": 60}"#, authorization: "alice-key")
        #expect(answer.status == .ok)
        #expect(answer.headers[.cacheControl] == "no-store")
        let object = try JSONDecoder().decode([String: String].self, from: Data(answer.body.utf8))
        let token = try #require(object["token"])
        #expect(socket("/v2/realtime/ws?sample_rate=16000&token=\(token)") == .accepted(Client(name: "alice")))
        #expect(socket("/v2/realtime/ws?token=\(token)x") == .refused(.uselessSecret))
        #expect(socket("/ws?token=\(token)") == .refused(.noKey))
    }

    @Test("Takes the key as it is, or as a bearer token", arguments: ["alice-key", "Bearer alice-key"])
    func places(_ authorization: String) {
        #expect(
            socket("/v2/realtime/ws?sample_rate=16000", authorization: authorization)
                == .accepted(Client(name: "alice"))
        )
        #expect(socket("/v2/realtime/ws", authorization: authorization + "x") == .refused(.wrongKey))
    }

    @Test("Refuses what is no lifetime", arguments: ["{}", #"{"expires_in": 59}"#, #"{"expires_in": "60"}"#, "", "[]"])
    func refused(_ body: String) async throws {
        let answer = try await post(body, authorization: "alice-key")
        #expect(answer.status == .badRequest)
        #expect(answer.body.contains("invalid_request_error"))
        #expect(secrets.count == 0)
    }

    @Test("Asks for a key")
    func closed() async throws {
        let answer = try await post(#"{"expires_in": 60}"#, authorization: nil)
        #expect(answer.status == .unauthorized)
    }
}
