import Audio
import Limits
import Settings
import Synchronization

/// What the clients of one key use: sessions now, and audio lately.
final class KeyAccount: Sendable {
    /// What is too much.
    enum Refusal: Error, Equatable {
        case sessions(maximum: Int)
        /// - Parameters:
        ///   - rate: Seconds of audio that a minute allows.
        ///   - wait: How long until what was refused would be taken.
        case audio(rate: Int, wait: Duration)
    }

    /// Which limit a refusal is for, as a label of metrics.
    enum Limit: String, CaseIterable {
        case sessions
        case audio
        case requestSize = "request_size"
    }

    private struct State {
        var sessions = 0
        var audio: TokenBucket
    }

    private let state: Mutex<State>
    private let uptime: @Sendable () -> Duration
    /// Called for each refusal.
    let onRefusal: @Sendable (Limit) -> Void

    /// - Parameter uptime: A clock that nobody sets.
    init(uptime: @escaping @Sendable () -> Duration, onRefusal: @escaping @Sendable (Limit) -> Void = { _ in }) {
        self.uptime = uptime
        self.onRefusal = onRefusal
        state = Mutex(State(audio: TokenBucket(at: uptime())))
    }

    /// A session's place among those of its key, which it has until this is gone.
    final class Seat: Sendable {
        private let account: KeyAccount

        fileprivate init(of account: KeyAccount) { self.account = account }

        deinit { account.state.withLock { $0.sessions -= 1 } }
    }

    /// Counts a session that begins now.
    ///
    /// - Parameter maximum: Sessions at once; 0 for any number.
    func enter(maximum: Int) throws(Refusal) -> Seat {
        let hasRoom = state.withLock { state in
            guard maximum == 0 || state.sessions < maximum else { return false }
            state.sessions += 1
            return true
        }
        guard hasRoom else {
            onRefusal(.sessions)
            throw .sessions(maximum: maximum)
        }
        return Seat(of: self)
    }

    /// Counts audio.
    ///
    /// - Parameters:
    ///   - samples: At 16 kHz.
    ///   - rate: Seconds of audio that a minute allows; 0 for any.
    func take(samples: Int, rate: Int) throws(Refusal) {
        guard rate > 0, samples > 0 else { return }
        let now = uptime()
        let wait = state.withLock {
            $0.audio.take(Double(samples), capacity: Self.capacity(rate), per: Self.minute, at: now)
        }
        if let wait { throw refusal(rate, wait: wait) }
    }

    /// Whether any audio would be taken now.
    func checkAudio(rate: Int) throws(Refusal) {
        guard rate > 0 else { return }
        let now = uptime()
        let wait = state.withLock { $0.audio.wait(capacity: Self.capacity(rate), per: Self.minute, at: now) }
        if let wait { throw refusal(rate, wait: wait) }
    }

    private func refusal(_ rate: Int, wait: Duration) -> Refusal {
        onRefusal(.audio)
        return .audio(rate: rate, wait: wait)
    }

    private static let minute = Duration.seconds(60)

    private static func capacity(_ rate: Int) -> Double { Double(rate) * Double(SampleClock.rate) }
}

extension KeyAccount.Refusal {
    /// Whole seconds after which to try again, at least 1.
    var retryAfter: Int {
        switch self {
        // Nobody knows when a session ends.
        case .sessions: 10
        case .audio(_, let wait): max(1, Int((wait / .seconds(1)).rounded(.up)))
        }
    }

    /// What the client is told.
    var message: String {
        switch self {
        case .sessions(let maximum):
            "All \(maximum) sessions of this API key are taken. Close one, or try again later."
        case .audio(let rate, _):
            "This API key may send \(rate) s of audio a minute, and has. Go on in \(retryAfter) s."
        }
    }
}
