import Foundation
import Sessions
import Synchronization

/// Short-lived secrets that a key's owner makes for others, such as the browsers of its users.
///
/// A secret opens realtime sockets until it expires, each with the session configuration it was made with, and nothing
/// else. Only hashes are kept. What the secrets of one key hold is bounded: a new one takes the place of the oldest, and
/// of one that nobody has used before one that somebody has.
final class ClientSecrets: Sendable {
    /// What a secret begins with.
    static let prefix = "ek_"
    /// Seconds that a secret may live.
    static let lifetimes = 10...7_200
    static let defaultLifetime = 600

    /// A secret as its maker gets it, once.
    struct Secret: Equatable, Sendable {
        /// `ek_` and 40 random letters and digits (238 bits).
        var value: String
        /// Seconds since 1970.
        var expiresAt: Int
    }

    fileprivate struct Entry {
        var client: Client
        /// By the monotonic clock.
        var expiry: Duration
        var size: Int
        /// Which of all secrets it was, counted from the first.
        var number: Int
        var isUsed = false

        /// Whether it makes room for a new secret before another one does.
        func leaves(before other: Entry) -> Bool {
            if isUsed != other.isUsed { return other.isUsed }
            return number < other.number
        }
    }

    fileprivate struct State {
        var entries: [SecretHash: Entry] = [:]
        /// Bytes held for each key.
        var sizes: [String?: Int] = [:]
        var made = 0
    }

    private let state = Mutex(State())
    private let maximumSize: Int
    private let uptime: @Sendable () -> Duration
    private let date: @Sendable () -> Int

    /// - Parameters:
    ///   - maximumSize: Bytes that the secrets of one key may hold.
    ///   - uptime: A clock that nobody sets: secrets expire by it.
    ///   - date: Seconds since 1970, by which clients are told of the expiry.
    init(
        maximumSize: Int = 1 << 20,
        uptime: @escaping @Sendable () -> Duration = ClientSecrets.uptime(),
        date: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
    ) {
        self.maximumSize = maximumSize
        self.uptime = uptime
        self.date = date
    }

    private static func uptime() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { .now - start }
    }

    /// Secrets that are kept, the expired ones among them that nothing has removed yet.
    var count: Int { state.withLock { $0.entries.count } }

    /// Makes a secret.
    ///
    /// - Parameters:
    ///   - client: Who opens a socket with it: the name of its maker's key, and what sessions start with.
    ///   - lifetime: Seconds in `lifetimes`.
    func make(for client: Client, lifetime: Int) -> Secret {
        let value = Identifier.random("ek") + Identifier.random("").dropFirst()
        let now = uptime()
        let expiry = now + .seconds(lifetime)
        state.withLock { state in
            state.removeExpired(at: now)
            let entry = Entry(client: client, expiry: expiry, size: Self.size(of: client), number: state.made)
            state.makeRoom(for: entry, maximum: maximumSize)
            state.add(entry, as: SecretHash(value))
        }
        return Secret(value: value, expiresAt: date() + lifetime)
    }

    /// Forgets the secrets of some clients.
    func remove(where isGone: (Client) -> Bool) {
        state.withLock { state in
            for (hash, entry) in state.entries where isGone(entry.client) { state.remove(hash) }
        }
    }

    /// Who opens a socket with this secret, or `nil` when it is unknown or has expired.
    func client(for value: String) -> Client? {
        guard value.hasPrefix(Self.prefix) else { return nil }

        let hash = SecretHash(value)
        let now = uptime()
        return state.withLock { state -> Client? in
            guard let entry = state.entries[hash] else { return nil }
            guard entry.expiry > now else {
                state.remove(hash)
                return nil
            }
            state.entries[hash]?.isUsed = true
            return entry.client
        }
    }

    /// What a secret costs in memory: its texts, and about as much for the rest as a short prompt.
    private static func size(of client: Client) -> Int {
        let update = client.sessionUpdate
        let texts = [update?.prompt, update?.model, update?.language].compactMap { $0 }.compactMap { $0 }
        return texts.reduce(400) { $0 + $1.utf8.count }
    }
}

extension ClientSecrets.State {
    mutating func add(_ entry: ClientSecrets.Entry, as hash: SecretHash) {
        entries[hash] = entry
        sizes[entry.client.name, default: 0] += entry.size
        made += 1
    }

    mutating func remove(_ hash: SecretHash) {
        guard let entry = entries.removeValue(forKey: hash) else { return }
        let rest = sizes[entry.client.name, default: 0] - entry.size
        sizes[entry.client.name] = rest == 0 ? nil : rest
    }

    mutating func removeExpired(at now: Duration) {
        for (hash, entry) in entries where entry.expiry <= now { remove(hash) }
    }

    mutating func makeRoom(for new: ClientSecrets.Entry, maximum: Int) {
        while sizes[new.client.name, default: 0] + new.size > maximum {
            let own = entries.filter { $0.value.client.name == new.client.name }
            guard let leaving = own.min(by: { $0.value.leaves(before: $1.value) }) else { return }
            remove(leaving.key)
        }
    }
}
