import HTTPTypes
import Hummingbird
import Sessions
import Testing

@testable import StenoServer

@Suite("Authenticator")
struct AuthenticatorTests {
    static let exemptPaths = ["/health", "/ready", "/metrics", "/openapi.json", "/docs", "/health/", "/health?x=1"]
    static let closedPaths = [
        "/ws", "/v1/audio/transcriptions", "/v1/models", "/v1/realtime/client_secrets", "/nowhere",
        "/Health", "/health/x", "/%68ealth", "/x/health", "/docs/x", "/openapi", "/realtimes", "/v1/realtime/x",
        "/v1%2Frealtime", "/v2/realtime", "/openai/v2/realtime",
    ]
    static let realtimePaths = [
        "/v1/realtime", "/realtime", "/openai/v1/realtime", "/v1/realtime/?model=x", "/openai/realtime?deployment=x",
    ]

    let secrets = ClientSecrets(uptime: { .zero }, date: { 0 })
    let secret: String
    let secretClient: Client

    init() throws {
        var update = SessionUpdate()
        update.prompt = "names"
        secretClient = Client(name: "alice", sessionUpdate: update)
        secret = secrets.make(for: secretClient, lifetime: 10).value
    }

    func verdict(
        _ path: String,
        key: String? = nil,
        webSocket: Bool = false,
        method: HTTPRequest.Method = .get,
        keys: String? = "alice:alice-key,bob-key-of-his"
    ) throws -> Authenticator.Verdict {
        var head = PresentedKeyTests.request(
            key.map { [("Authorization", "Bearer \($0)")] } ?? [],
            webSocket: webSocket,
            method: method
        )
        head.path = path
        let keys = try keys.map { try APIKeys(parsing: $0) } ?? APIKeys()
        let request = Request(head: head, body: RequestBody(buffer: .init()))
        return Authenticator(keys: keys, secrets: secrets).verdict(on: request)
    }

    @Test("Asks for no key where a probe or a reader looks", arguments: exemptPaths, [nil, "wrong-key"])
    func exempt(path: String, key: String?) throws {
        #expect(try verdict(path, key: key) == .exempt)
    }

    @Test("Asks for a key everywhere else", arguments: closedPaths + realtimePaths, [false, true])
    func closed(path: String, webSocket: Bool) throws {
        #expect(try verdict(path, webSocket: webSocket) == .refused(.noKey))
        #expect(try verdict(path, key: "wrong-key", webSocket: webSocket) == .refused(.wrongKey))
        #expect(try verdict(path, key: "", webSocket: webSocket) == .refused(.noKey))
        #expect(try verdict(path, key: "ek_unknown", webSocket: webSocket) == .refused(.uselessSecret))
        #expect(try verdict(path, key: "alice-key", webSocket: webSocket) == .accepted(Client(name: "alice")))
        #expect(try verdict(path, key: "bob-key-of-his", webSocket: webSocket) == .accepted(Client(name: "key-2")))
    }

    @Test("Asks for a key at the root only for a WebSocket, or another method than GET")
    func root() throws {
        for path in ["/", "", "//", "/?language=en"] {
            #expect(try verdict(path) == .exempt)
            #expect(try verdict(path, webSocket: true) == .refused(.noKey))
            #expect(try verdict(path, method: .post) == .refused(.noKey))
        }
    }

    @Test("Asks for no key for the files of the console, which asks for one itself")
    func console() throws {
        #expect(try verdict("/console/main.js") == .exempt)
        #expect(try verdict("/console/main.js", method: .post) == .refused(.noKey))
        #expect(try verdict("/console/main.js", webSocket: true) == .refused(.noKey))
        for path in ["/console", "/console/other.js", "/console/main.js/x", "/x/main.js"] {
            #expect(try verdict(path) == .refused(.noKey))
        }
    }

    @Test("Lets a client secret open realtime sockets", arguments: realtimePaths)
    func secretOpens(path: String) throws {
        #expect(try verdict(path, key: secret, webSocket: true) == .accepted(secretClient))
    }

    @Test("Lets a client secret open nothing else", arguments: closedPaths + ["/"], [false, true])
    func secretOpensNothingElse(path: String, webSocket: Bool) throws {
        guard path != "/" || webSocket else { return }
        #expect(try verdict(path, key: secret, webSocket: webSocket) == .refused(.uselessSecret))
    }

    @Test("Lets a client secret make no request that is not a WebSocket", arguments: realtimePaths)
    func secretWithoutUpgrade(path: String) throws {
        #expect(try verdict(path, key: secret) == .refused(.uselessSecret))
        #expect(try verdict(path, key: secret, webSocket: true, method: .post) == .refused(.uselessSecret))
    }

    @Test(
        "Accepts everyone when there is no key",
        arguments: closedPaths + realtimePaths,
        [nil, "any-key", "ek_unknown"]
    )
    func open(path: String, key: String?) throws {
        for webSocket in [false, true] {
            #expect(try verdict(path, key: key, webSocket: webSocket, keys: nil) == .accepted(Client()))
        }
    }

    @Test("Applies a client secret on an open server too, where it counts")
    func openWithSecret() throws {
        for path in Self.realtimePaths {
            #expect(try verdict(path, key: secret, webSocket: true, keys: nil) == .accepted(secretClient))
            #expect(try verdict(path, key: secret, keys: nil) == .accepted(Client()))
        }
        #expect(try verdict("/ws", key: secret, webSocket: true, keys: nil) == .accepted(Client()))
    }
}
