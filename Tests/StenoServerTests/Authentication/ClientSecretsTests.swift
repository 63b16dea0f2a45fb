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

    func secrets(maximumSize: Int = 10_000) -> ClientSecrets {
        let time = time
        return ClientSecrets(maximumSize: maximumSize, uptime: { .seconds(time.now) }, date: { 500_000 + time.now })
    }

    static var client: Client {
        var update = SessionUpdate()
        update.language = "de"
        return Client(name: "alice", sessionUpdate: update)
    }

    @Test("Opens for its client any number of times until it expires", arguments: [10, 600, 7_200])
    func expiry(lifetime: Int) throws {
        let secrets = secrets()
        let secret = secrets.make(for: Self.client, lifetime: lifetime)
        #expect(secret.expiresAt == 501_000 + lifetime)
        for _ in 0..<3 { #expect(secrets.client(for: secret.value) == Self.client) }
        time.advance(by: lifetime - 1)
        #expect(secrets.client(for: secret.value) == Self.client)
        time.advance(by: 1)
        #expect(secrets.client(for: secret.value) == nil)
        #expect(secrets.count == 0)
    }

    @Test("Cannot be guessed, and is never made twice")
    func values() throws {
        let secrets = secrets(maximumSize: 1 << 20)
        let values = (0..<1_000).map { _ in secrets.make(for: Self.client, lifetime: 10).value }
        #expect(Set(values).count == 1_000)
        for value in values { #expect(value.wholeMatch(of: /ek_[0-9A-Za-z]{40}/) != nil, "\(value)") }
        // Every letter comes at every place; each is missing at one of them with a chance of e to the power of -16.
        for place in 3..<43 { #expect(Set(values.map { Array($0)[place] }).count > 50) }
    }

    @Test("Is nobody's when it is unknown", arguments: ["", "ek_", "ek_0123456789012345678901234567890123456789", "x"])
    func unknown(value: String) throws {
        let secrets = secrets()
        let secret = secrets.make(for: Self.client, lifetime: 10)
        #expect(secrets.client(for: value) == nil)
        #expect(secrets.client(for: String(secret.value.dropLast())) == nil)
        #expect(secrets.client(for: secret.value + "x") == nil)
        #expect(secrets.client(for: String(secret.value.dropFirst(3))) == nil)
    }

    /// A client whose secret takes 1,000 bytes.
    static func client(_ name: String?) -> Client {
        var update = SessionUpdate()
        update.prompt = String(repeating: "p", count: 600)
        return Client(name: name, sessionUpdate: update)
    }

    @Test("Are bounded for each key, and the oldest make room")
    func bound() {
        let secrets = secrets(maximumSize: 3_000)
        let other = secrets.make(for: Self.client("bob"), lifetime: 100)
        let values = (0..<5).map { _ in secrets.make(for: Self.client("alice"), lifetime: 100).value }
        #expect(secrets.count == 4)
        #expect(values.map { secrets.client(for: $0) != nil } == [false, false, true, true, true])
        #expect(secrets.client(for: other.value) != nil)
    }

    @Test("Make room while nobody has used them before one that somebody has")
    func unused() {
        let secrets = secrets(maximumSize: 3_000)
        let used = secrets.make(for: Self.client(nil), lifetime: 100).value
        #expect(secrets.client(for: used) != nil)
        let unused = (0..<4).map { _ in secrets.make(for: Self.client(nil), lifetime: 100).value }
        #expect(secrets.client(for: used) != nil)
        #expect(unused.map { secrets.client(for: $0) != nil } == [false, false, true, true])
        // Now all three are in use, and the oldest goes.
        _ = secrets.make(for: Self.client(nil), lifetime: 100)
        #expect(secrets.client(for: used) == nil)
    }

    @Test("Make room once they have expired")
    func expired() {
        let secrets = secrets(maximumSize: 2_000)
        let long = secrets.make(for: Self.client(nil), lifetime: 100).value
        let short = secrets.make(for: Self.client(nil), lifetime: 10).value
        time.advance(by: 10)
        let new = secrets.make(for: Self.client(nil), lifetime: 10).value
        #expect(secrets.count == 2)
        #expect([long, short, new].map { secrets.client(for: $0) != nil } == [true, false, true])
    }

    @Test("Keeps at least the newest")
    func large() {
        let secrets = secrets(maximumSize: 999)
        _ = secrets.make(for: Self.client(nil), lifetime: 10)
        #expect(secrets.count == 1)
        _ = secrets.make(for: Self.client(nil), lifetime: 10)
        #expect(secrets.count == 1)
    }
}
