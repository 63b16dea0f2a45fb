import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import StenoServer

@Suite("Replacement of keys")
struct KeyReplacementTests {
    private let secrets = ClientSecrets(uptime: { .zero }, date: { 0 })

    private func verdict(_ authenticator: Authenticator, key: String) -> Authenticator.Verdict {
        let head = HTTPRequest(
            method: .get,
            scheme: "http",
            authority: "test",
            path: "/v1/models",
            headerFields: [.authorization: "Bearer \(key)"]
        )
        return authenticator.verdict(on: Request(head: head, body: RequestBody(buffer: ByteBuffer())))
    }

    @Test("New keys open and old ones do not, and what differs is told by name")
    func replacement() throws {
        let keys = try APIKeys(parsing: "alice:alice-key,bob:bob-key-1,carol:carol-key")
        let authenticator = Authenticator(keys: keys, secrets: secrets)
        let change = authenticator.replaceKeys(by: try APIKeys(parsing: "alice:alice-key,bob:bob-key-2,dave:dave-key"))
        #expect(change.added == ["dave"])
        #expect(change.changed == ["bob"])
        #expect(change.removed == ["carol"])
        for key in ["alice-key", "bob-key-2", "dave-key"] {
            guard case .accepted = verdict(authenticator, key: key) else {
                Issue.record("\(key) is refused")
                continue
            }
        }
        for key in ["bob-key-1", "carol-key"] {
            #expect(verdict(authenticator, key: key) == .refused(.wrongKey))
        }
    }

    @Test("Secrets go with the key that made them, and those of an open server with its first key")
    func secretsOfRevokedKeys() throws {
        let authenticator = Authenticator(keys: try APIKeys(parsing: "alice:alice-key,bob:bob-key-1"), secrets: secrets)
        let alice = secrets.make(for: Client(name: "alice"), lifetime: 60).value
        let bob = secrets.make(for: Client(name: "bob"), lifetime: 60).value
        let nobody = secrets.make(for: Client(), lifetime: 60).value
        _ = authenticator.replaceKeys(by: try APIKeys(parsing: "alice:alice-key,bob:bob-key-2"))
        #expect(secrets.client(for: alice) != nil)
        #expect(secrets.client(for: bob) == nil)
        #expect(secrets.client(for: nobody) == nil)
    }
}
