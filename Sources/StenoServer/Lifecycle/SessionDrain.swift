import Logging
import ServiceLifecycle
import Synchronization
import Waiting

/// Counts running sessions; once shutdown begins, ends their input and waits until they have delivered.
///
/// Put it after the HTTP application in the `ServiceGroup`: services stop in reverse order, so the port still answers
/// `/ready` with 503 while sessions finish.
final class SessionDrain: Service {
    /// Why a session may not start.
    enum Refusal: String, Error {
        case draining
        case full
    }

    /// How to reach a running session.
    struct Controls: Sendable {
        /// Makes the session finish as if its client had sent all it wanted to send.
        var endInput: @Sendable () -> Void
        /// Ends the session at once.
        var disconnect: @Sendable () -> Void
    }

    fileprivate struct State {
        var sessions: [UInt64: Controls] = [:]
        var lastID: UInt64 = 0
        var isDraining = false
        /// Fulfilled when the last session has gone.
        var empty: Promise<Void>?
    }

    private let state = Mutex(State())
    private let maximum: Int
    private let grace: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// - Parameters:
    ///   - maximum: Sessions that may run at once.
    ///   - grace: How long sessions may go on after shutdown begins.
    init(maximum: Int, grace: Duration, clock: any Clock<Duration> = ContinuousClock(), logger: Logger) {
        self.maximum = maximum
        self.grace = grace
        self.clock = clock
        self.logger = logger
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// Whether any session runs.
    var hasSessions: Bool { state.withLock { !$0.sessions.isEmpty } }

    /// Why a session that came now would be refused, if it would.
    var refusal: Refusal? { state.withLock { $0.refusal(maximum: maximum) } }

    /// A session's place among the counted, which it has until this is gone.
    final class Seat: Sendable {
        private let id: UInt64
        private let drain: SessionDrain

        fileprivate init(id: UInt64, drain: SessionDrain) {
            self.id = id
            self.drain = drain
        }

        deinit { drain.leave(id) }
    }

    /// Counts a session that begins now.
    func enter(_ controls: Controls) throws(Refusal) -> Seat {
        let id = try state.withLock { state throws(Refusal) in
            if let refusal = state.refusal(maximum: maximum) { throw refusal }
            state.lastID += 1
            state.sessions[state.lastID] = controls
            return state.lastID
        }
        return Seat(id: id, drain: self)
    }

    func run() async throws {
        try await gracefulShutdown()
        let sessions = state.withLock { state in
            state.isDraining = true
            return Array(state.sessions.values)
        }
        logger.info("Draining sessions", metadata: ["steno.sessions.active": "\(sessions.count)"])
        for session in sessions { session.endInput() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.untilEmpty() }
            group.addTask { try? await self.clock.sleep(for: self.grace) }
            await group.next()
            group.cancelAll()
        }
        let left = state.withLock { Array($0.sessions.values) }
        if left.isEmpty { return }
        logger.warning("Sessions cut off", metadata: ["steno.sessions.active": "\(left.count)"])
        for session in left { session.disconnect() }
    }

    private func leave(_ id: UInt64) {
        let empty = state.withLock { state in
            state.sessions[id] = nil
            return state.sessions.isEmpty ? state.empty : nil
        }
        empty?.fulfill(())
    }

    /// Returns once no session runs, or the task is cancelled.
    private func untilEmpty() async {
        let empty = Promise<Void>()
        let isEmpty = state.withLock { state in
            state.empty = empty
            return state.sessions.isEmpty
        }
        if isEmpty { return }
        await empty.value(onCancel: { empty.fulfill(()) })
    }
}

extension SessionDrain.State {
    fileprivate func refusal(maximum: Int) -> SessionDrain.Refusal? {
        if isDraining { return .draining }
        return sessions.count >= maximum ? .full : nil
    }
}
