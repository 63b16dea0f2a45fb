import Foundation
import Sessions
import Synchronization

/// Short-lived secrets that a key's owner makes for others, such as the browsers of its users.
///
/// A secret opens realtime sockets until it expires, each with the session configuration it was made with, and nothing
/// else. Only hashes are kept, a bounded number of them.
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

    /// There are as many secrets as there may be, and none of them has expired.
    struct Full: Error {}

    private struct Entry {
        var client: Client
        var expiresAt: Int
    }

    private let entries = Mutex<[SecretHash: Entry]>([:])
    private let maximum: Int
    private let now: @Sendable () -> Int

    /// - Parameters:
    ///   - maximum: Secrets that may live at once.
    ///   - now: Seconds since 1970.
    init(maximum: Int = 4_096, now: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }) {
        self.maximum = maximum
        self.now = now
    }

    /// Secrets that are kept, the expired ones among them that nothing has removed yet.
    var count: Int { entries.withLock { $0.count } }

    /// Makes a secret.
    ///
    /// - Parameters:
    ///   - client: Who opens a socket with it: the name of its maker's key, and what sessions start with.
    ///   - lifetime: Seconds in `lifetimes`.
    func make(for client: Client, lifetime: Int) throws(Full) -> Secret {
        let value = Identifier.random("ek") + Identifier.random("").dropFirst()
        let now = now()
        let entry = Entry(client: client, expiresAt: now + lifetime)
        try entries.withLock { entries throws(Full) in
            entries = entries.filter { $0.value.expiresAt > now }
            guard entries.count < maximum else { throw Full() }
            entries[SecretHash(value)] = entry
        }
        return Secret(value: value, expiresAt: entry.expiresAt)
    }

    /// Forgets the secrets of some clients.
    func remove(where isGone: (Client) -> Bool) {
        entries.withLock { entries in entries = entries.filter { !isGone($0.value.client) } }
    }

    /// Who opens a socket with this secret, or `nil` when it is unknown or has expired.
    func client(for value: String) -> Client? {
        guard value.hasPrefix(Self.prefix) else { return nil }
        let hash = SecretHash(value)
        let now = now()
        return entries.withLock { entries in
            guard let entry = entries[hash] else { return nil }
            if entry.expiresAt > now { return entry.client }
            entries[hash] = nil
            return nil
        }
    }
}
