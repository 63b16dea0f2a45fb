import HTTPTypes
import Settings
import Synchronization
import Testing

@testable import StenoServer

@Suite("Accounts of keys")
struct KeyAccountsTests {
    private final class Time: Sendable {
        private let seconds = Mutex(0.0)

        var now: Duration { .seconds(seconds.withLock(\.self)) }

        func pass(_ more: Double) { seconds.withLock { $0 += more } }
    }

    private let time = Time()

    private func accounts(_ set: (inout KeyLimits) -> Void) -> KeyAccounts {
        var limits = KeyLimits()
        set(&limits)
        return KeyAccounts(limits: { [limits] _ in limits }, uptime: { [time] in time.now })
    }

    @Test("A key has so many sessions at once, and a place is free again when its session is gone")
    func sessions() throws {
        let accounts = accounts { $0.sessions = 2 }
        let first = try accounts.openSession(of: "a")
        var second: KeyedSession? = try accounts.openSession(of: "a")
        #expect(throws: KeyAccount.Refusal.sessions(maximum: 2)) { try accounts.openSession(of: "a") }
        _ = try accounts.openSession(of: "b")
        _ = try accounts.openSession(of: nil)
        #expect(second != nil)
        second = nil
        _ = try accounts.openSession(of: "a")
        withExtendedLifetime(first) {}
    }

    @Test("Tells of each refusal, whose it is and by which limit")
    func refusals() throws {
        let told = Mutex<[String]>([])
        var limits = KeyLimits()
        (limits.sessions, limits.audioRate, limits.requestBytes) = (1, 60, 1_000)
        let accounts = KeyAccounts(
            limits: { [limits] _ in limits },
            uptime: { [time] in time.now },
            onRefusal: { key, limit in told.withLock { $0.append("\(key ?? "-"): \(limit.rawValue)") } }
        )
        let session = try accounts.openSession(of: "a")
        #expect(throws: KeyAccount.Refusal.self) { try accounts.openSession(of: "a") }
        try session.take(samples: 60 * 16_000)
        #expect(throws: KeyAccount.Refusal.self) { try session.take(samples: 1) }
        #expect(throws: KeyAccount.Refusal.self) { try accounts.checkAudio(of: "a") }
        try accounts.take(samples: 60 * 16_000, of: nil)
        #expect(throws: KeyAccount.Refusal.self) { try accounts.take(samples: 1, of: nil) }
        session.noteTooLarge(limit: 2_000)
        session.noteTooLarge(limit: 1_000)
        #expect(
            told.withLock(\.self) == ["a: sessions", "a: audio", "a: audio", "-: audio", "a: request_size"]
        )
    }

    @Test("Without a limit there are any number of sessions and seconds")
    func unlimited() throws {
        let accounts = accounts { _ in }
        var sessions: [KeyedSession] = []
        for _ in 0..<1_000 { sessions.append(try accounts.openSession(of: nil)) }
        for session in sessions { try session.take(samples: 1 << 40) }
        try accounts.take(samples: 1 << 40, of: nil)
        try accounts.checkAudio(of: nil)
        #expect(!sessions[0].limitsAudio)
    }

    @Test("Sessions and files of a key share its minute, and other keys have their own")
    func audio() throws {
        let accounts = accounts { $0.audioRate = 60 }
        let sessions = [try accounts.openSession(of: "a"), try accounts.openSession(of: "a")]
        try sessions[0].take(samples: 20 * 16_000)
        try sessions[1].take(samples: 20 * 16_000)
        try accounts.take(samples: 20 * 16_000, of: "a")
        #expect(throws: KeyAccount.Refusal.audio(rate: 60, wait: .seconds(1))) {
            try sessions[0].take(samples: 16_000)
        }
        #expect(throws: KeyAccount.Refusal.audio(rate: 60, wait: .zero)) { try accounts.checkAudio(of: "a") }
        try accounts.take(samples: 60 * 16_000, of: "b")
        time.pass(1)
        try accounts.checkAudio(of: "a")
        try sessions[0].take(samples: 16_000)
        try sessions[0].take(samples: 0)
    }

    @Test(
        "Tells after how many whole seconds to try again",
        arguments: [
            (.audio(rate: 1, wait: .zero), 1), (.audio(rate: 1, wait: .milliseconds(1)), 1),
            (.audio(rate: 1, wait: .seconds(2)), 2), (.audio(rate: 1, wait: .milliseconds(2_001)), 3),
            (.sessions(maximum: 1), 10),
        ] as [(KeyAccount.Refusal, Int)]
    )
    func retryAfter(refusal: KeyAccount.Refusal, seconds: Int) {
        #expect(refusal.retryAfter == seconds)
        #expect(APIError(refusal).headers[.retryAfter] == "\(seconds)")
    }

    @Test("A key of the file may have limits of its own, each in the place of that for all")
    func ownLimits() throws {
        var limits = KeyLimits()
        (limits.sessions, limits.audioRate, limits.requestBytes) = (1, 2, 3)
        let keys = try APIKeys(
            parsing: "a:0123abcd max_sessions=5, b:4567efgh\tmax_audio_rate=0  max_request_bytes=9,c:89abijkl"
        )
        #expect(keys.name(of: "0123abcd") == "a" && keys.name(of: "4567efgh") == "b")
        func of(_ name: String?) -> [Int] {
            let limits = keys.limits(of: name, default: limits)
            return [limits.sessions, limits.audioRate, limits.requestBytes]
        }
        #expect(of("a") == [5, 2, 3])
        #expect(of("b") == [1, 0, 9])
        #expect(of("c") == [1, 2, 3])
        #expect(of(nil) == [1, 2, 3])
    }

    @Test(
        "Refuses limits that are none",
        arguments: [
            "a:0123abcd max_session=5", "a:0123abcd max_sessions=", "a:0123abcd max_sessions=-1",
            "a:0123abcd max_sessions=1 max_sessions=2", "a:0123abcd max_sessions=1=2", "a:0123abcd x=1",
        ]
    )
    func badLimits(list: String) {
        #expect(throws: APIKeysError.badLimit(position: 1)) { try APIKeys(parsing: list) }
    }
}
