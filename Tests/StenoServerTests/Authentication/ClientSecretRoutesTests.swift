import Foundation
import HTTPTypes
import Hummingbird
import InMemoryLogging
import JSON
import Sessions
import Synchronization
import Testing

@testable import StenoServer

@Suite("Client secret routes")
struct ClientSecretRoutesTests {
    let time = ClientSecretsTests.Time()
    let secrets: ClientSecrets
    /// What was parsed, and in which form.
    let parsed = Parsed()

    final class Parsed: Sendable {
        let calls = Mutex<[(String, Bool)]>([])
    }

    init() {
        let time = time
        secrets = ClientSecrets(uptime: { .seconds(time.now) }, date: { time.now })
    }

    /// A protocol in which a session is its prompt.
    var format: RealtimeSessionFormat {
        let parsed = parsed
        return RealtimeSessionFormat { session, isBeta throws(ClientError) in
            let text = String(decoding: JSONValue.object(session).text, as: UTF8.self)
            parsed.calls.withLock { $0.append((text, isBeta)) }
            if text.contains("bad") { throw ClientError(.invalidValue, "It is bad.", param: "session.prompt") }
            var update = SessionUpdate()
            update.prompt = text
            return (update, ["prompt": .string(text), "beta": .bool(isBeta), "client_secret": nil])
        }
    }

    func probe(_ keys: String? = "alice:alice-key") throws -> RouterProbe {
        let keys = try keys.map { try APIKeys(parsing: $0) } ?? APIKeys()
        let authenticator = Authenticator(keys: keys, secrets: secrets)
        return RouterProbe { router in
            router.add(middleware: AuthenticationMiddleware(authenticator: authenticator))
            ClientSecretRoutes(secrets: secrets, format: format).add(to: router)
        }
    }

    func post(
        _ path: String,
        _ body: String = "",
        key: String = "alice-key",
        to probe: RouterProbe? = nil
    ) async throws
        -> (status: Int, object: [String: Any], headers: HTTPFields)
    {
        let probe = try probe ?? self.probe()
        let headers: HTTPFields = [.authorization: "Bearer \(key)"]
        let answer = try await probe.send(.post, path, headers: headers, body: body)
        let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any] ?? [:]
        return (answer.status.code, object, answer.headers)
    }

    func error(_ object: [String: Any]) -> [String: Any] { object["error"] as? [String: Any] ?? [:] }

    @Test(
        "Makes a secret that carries the session and its maker's name",
        arguments: ["/v1/realtime", "/realtime", "/openai/v1/realtime"]
    )
    func current(path: String) async throws {
        let body = #"{"session":{"type":"transcription"},"expires_after":{"anchor":"created_at","seconds":60}}"#
        let (status, object, headers) = try await post(path + "/client_secrets", body)
        #expect(status == 200)
        #expect(headers[.cacheControl] == "no-store")
        #expect(Set(object.keys) == ["value", "expires_at", "session"])
        #expect(object["expires_at"] as? Int == 1_060)
        #expect((object["session"] as? [String: Any])?["prompt"] as? String == #"{"type":"transcription"}"#)
        #expect((object["session"] as? [String: Any])?["beta"] as? Bool == false)
        let client = secrets.client(for: try #require(object["value"] as? String))
        #expect(client?.name == "alice")
        #expect(client?.sessionUpdate?.prompt == #"{"type":"transcription"}"#)
        time.advance(by: 60)
        #expect(secrets.client(for: try #require(object["value"] as? String)) == nil)
    }

    @Test(
        "Answers the older routes with the session and the secret in it",
        arguments: ["/v1/realtime", "/realtime", "/openai/v1/realtime"],
        ["sessions", "transcription_sessions"]
    )
    func beta(path: String, name: String) async throws {
        let (status, object, _) = try await post("\(path)/\(name)", #"{"input_audio_format":"pcm16"}"#)
        #expect(status == 200)
        #expect(Set(object.keys) == ["prompt", "beta", "client_secret"])
        #expect(object["beta"] as? Bool == true)
        let secret = try #require(object["client_secret"] as? [String: Any])
        #expect(Set(secret.keys) == ["value", "expires_at"])
        #expect(secret["expires_at"] as? Int == 1_600)
        let client = secrets.client(for: try #require(secret["value"] as? String))
        #expect(client?.sessionUpdate?.prompt == #"{"input_audio_format":"pcm16"}"#)
    }

    @Test("Counts an empty body as an empty object")
    func empty() async throws {
        #expect(try await post("/v1/realtime/client_secrets").status == 200)
        #expect(try await post("/v1/realtime/sessions").status == 200)
        #expect(parsed.calls.withLock { $0.map(\.0) } == ["{}", "{}"])
        #expect(parsed.calls.withLock { $0.map(\.1) } == [false, true])
    }

    @Test(
        "Answers a mistake with 400 and the field's name",
        arguments: [
            ("{", "invalid_json", nil), (#"{"session":7}"#, "invalid_value", "session"),
            (#"{"expires_after":{"seconds":1}}"#, "invalid_value", "expires_after.seconds"),
            (#"{"session":{"x":"bad"}}"#, "invalid_value", "session.prompt"),
        ] as [(String, String, String?)]
    )
    func mistakes(body: String, code: String, param: String?) async throws {
        let (status, object, _) = try await post("/v1/realtime/client_secrets", body)
        #expect(status == 400)
        #expect(error(object)["code"] as? String == code)
        #expect(error(object)["param"] as? String == param)
        #expect(error(object)["type"] as? String == "invalid_request_error")
        #expect(secrets.count == 0)
    }

    @Test("Refuses a body that is too large")
    func tooLarge() async throws {
        let padding = String(repeating: " ", count: (1 << 16) - 2)
        #expect(try await post("/v1/realtime/client_secrets", "{\(padding)}").status == 200)
        let (status, object, _) = try await post("/v1/realtime/client_secrets", "{\(padding) }")
        #expect(status == 413)
        #expect((error(object)["message"] as? String)?.contains("65536") == true)
    }

    @Test("Makes no secret for another secret, or for nobody")
    func needsKey() async throws {
        let made = try await post("/v1/realtime/client_secrets").object
        let secret = try #require(made["value"] as? String)
        for name in ["client_secrets", "sessions", "transcription_sessions"] {
            for key in [secret, "wrong-key"] {
                #expect(try await post("/v1/realtime/\(name)", key: key).status == 401)
            }
        }
        #expect(secrets.count == 1)
    }

    @Test("Makes secrets on an open server for everyone, in nobody's name")
    func open() async throws {
        let (status, object, _) = try await post("/v1/realtime/client_secrets", key: "ek_old", to: probe(nil))
        #expect(status == 200)
        let client = secrets.client(for: try #require(object["value"] as? String))
        #expect(client == Client(name: nil, sessionUpdate: client?.sessionUpdate))
        #expect(client?.sessionUpdate?.prompt == "{}")
    }

    @Test("Writes no secret to the log")
    func log() async throws {
        let probe = try probe()
        let (_, object, _) = try await post("/v1/realtime/client_secrets", to: probe)
        let value = try #require(object["value"] as? String)
        #expect(!probe.log.entries.contains { "\($0)".contains(value.dropFirst(3)) })
    }
}
