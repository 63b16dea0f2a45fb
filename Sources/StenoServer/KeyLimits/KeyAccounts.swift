import Settings
import Synchronization

/// The accounts of all keys; clients of a server without keys share one.
final class KeyAccounts: Sendable {
    private let accounts = Mutex<[String?: KeyAccount]>([:])
    private let limits: @Sendable (_ key: String?) -> KeyLimits
    private let uptime: @Sendable () -> Duration
    private let onRefusal: @Sendable (_ key: String?, KeyAccount.Limit) -> Void

    /// - Parameters:
    ///   - limits: Those of a key, by its name; `nil` stands for no key.
    ///   - uptime: A clock that nobody sets.
    ///   - onRefusal: Called for each refusal, on any thread.
    init(
        limits: @escaping @Sendable (_ key: String?) -> KeyLimits,
        uptime: @escaping @Sendable () -> Duration = KeyAccounts.uptime(),
        onRefusal: @escaping @Sendable (_ key: String?, KeyAccount.Limit) -> Void = { _, _ in }
    ) {
        self.limits = limits
        self.uptime = uptime
        self.onRefusal = onRefusal
    }

    private static func uptime() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { .now - start }
    }

    /// The limits that count for a key now.
    func limits(of key: String?) -> KeyLimits { limits(key) }

    /// The account of a key, which lives as long as the server: there are no more than there were keys.
    func account(of key: String?) -> KeyAccount {
        accounts.withLock { accounts in
            if let account = accounts[key] { return account }
            let account = KeyAccount(uptime: uptime) { [onRefusal] limit in onRefusal(key, limit) }
            accounts[key] = account
            return account
        }
    }

    /// Counts a session that begins now, under the limits that its key has now.
    func openSession(of key: String?) throws(KeyAccount.Refusal) -> KeyedSession {
        let (limits, account) = (limits(key), account(of: key))
        return KeyedSession(seat: try account.enter(maximum: limits.sessions), account: account, limits: limits)
    }

    /// Counts a file, under the limits that its key has now.
    func take(samples: Int, of key: String?) throws(KeyAccount.Refusal) {
        try account(of: key).take(samples: samples, rate: limits(key).audioRate)
    }

    /// Whether any audio of a key would be taken now.
    func checkAudio(of key: String?) throws(KeyAccount.Refusal) {
        try account(of: key).checkAudio(rate: limits(key).audioRate)
    }
}

/// A session as its key's account sees it.
struct KeyedSession: Sendable {
    /// Given back with the session's end.
    let seat: KeyAccount.Seat
    let account: KeyAccount
    /// As they were when the session began.
    let limits: KeyLimits

    /// Whether audio has to be counted.
    var limitsAudio: Bool { limits.audioRate > 0 }

    func take(samples: Int) throws(KeyAccount.Refusal) { try account.take(samples: samples, rate: limits.audioRate) }

    /// Counts a message that was refused as too large, if that was for the key's limit.
    func noteTooLarge(limit: Int) {
        if limit == limits.requestBytes { account.onRefusal(.requestSize) }
    }
}
