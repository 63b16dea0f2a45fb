import Sessions
import Synchronization
import Testing

@testable import StenoServer

@Suite("Client secrets")
struct ClientSecretsTests {
    /// Seconds that move only when told to.
    final class Time: Sendable {
        private let seconds = Mutex(1_000)

        var now: Int { seconds.withLock { $0 } }
        func advance(by amount: Int) { seconds.withLock { $0 += amount } }
    }

    let time = Time()

    func secrets(maximum: Int = 10) -> ClientSecrets {
        let time = time
        return ClientSecrets(maximum: maximum) { time.now }
    }

    static var client: Client {
        var update = SessionUpdate()
        update.language = "de"
        return Client(name: "alice", sessionUpdate: update)
    }

    @Test("Opens for its client any number of times until it expires", arguments: [10, 600, 7_200])
    func expiry(lifetime: Int) throws {
        let secrets = secrets()
        let secret = try secrets.make(for: Self.client, lifetime: lifetime)
        #expect(secret.expiresAt == 1_000 + lifetime)
        for _ in 0..<3 { #expect(secrets.client(for: secret.value) == Self.client) }
        time.advance(by: lifetime - 1)
        #expect(secrets.client(for: secret.value) == Self.client)
        time.advance(by: 1)
        #expect(secrets.client(for: secret.value) == nil)
        #expect(secrets.count == 0)
    }

    @Test("Cannot be guessed, and is never made twice")
    func values() throws {
        let secrets = secrets(maximum: 1_000)
        let values = try (0..<1_000).map { _ in try secrets.make(for: Self.client, lifetime: 10).value }
        #expect(Set(values).count == 1_000)
        for value in values { #expect(value.wholeMatch(of: /ek_[0-9A-Za-z]{40}/) != nil, "\(value)") }
        // Every letter comes at every place; each is missing at one of them with a chance of e to the power of -16.
        for place in 3..<43 { #expect(Set(values.map { Array($0)[place] }).count > 50) }
    }

    @Test("Is nobody's when it is unknown", arguments: ["", "ek_", "ek_0123456789012345678901234567890123456789", "x"])
    func unknown(value: String) throws {
        let secrets = secrets()
        let secret = try secrets.make(for: Self.client, lifetime: 10)
        #expect(secrets.client(for: value) == nil)
        #expect(secrets.client(for: String(secret.value.dropLast())) == nil)
        #expect(secrets.client(for: secret.value + "x") == nil)
        #expect(secrets.client(for: String(secret.value.dropFirst(3))) == nil)
    }

    @Test("Are bounded in number; the expired make room")
    func bound() throws {
        let secrets = secrets(maximum: 3)
        let short = try secrets.make(for: Self.client, lifetime: 10)
        let long = try (0..<2).map { _ in try secrets.make(for: Self.client, lifetime: 100) }
        #expect(throws: ClientSecrets.Full.self) { try secrets.make(for: Self.client, lifetime: 10) }
        time.advance(by: 9)
        #expect(throws: ClientSecrets.Full.self) { try secrets.make(for: Self.client, lifetime: 10) }
        #expect(secrets.count == 3)
        time.advance(by: 1)
        let new = try secrets.make(for: Self.client, lifetime: 10)
        #expect(secrets.count == 3)
        #expect(secrets.client(for: short.value) == nil)
        for secret in long + [new] { #expect(secrets.client(for: secret.value) != nil) }
    }
}
