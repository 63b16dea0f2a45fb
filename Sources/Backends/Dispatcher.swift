import Synchronization
import Turns

/// Carries out what a `BackendPool` decides: it has requests sent, tells askers, and wakes the pool in time.
///
/// All rules are the pool's; here are the tasks and the clock. Requests are served while `run` runs.
public final class Dispatcher<Answer: Sendable, Failure: Error, C: Clock<Duration>>: Sendable {
    /// What an asker hears when no member has answered.
    public enum Refusal: Error, Sendable {
        /// All attempts failed; this is how the last one did.
        case failed(Failure)
        case hopeless
        case expired
        case busy
        /// The task was cancelled, or the pool is closed.
        case cancelled
    }

    /// How an attempt failed, for the pool and for the asker.
    public struct Miss: Error, Sendable {
        public let setback: Setback
        public let failure: Failure

        public init(_ setback: Setback, _ failure: Failure) {
            self.setback = setback
            self.failure = failure
        }
    }

    /// Which member answered, and what.
    public struct Served: Sendable {
        public let member: Int
        public let answer: Answer
    }

    /// Sends a request to a member.
    public typealias Work = @Sendable (_ member: Int) async -> Result<Answer, Miss>

    private typealias Outcome = Result<Served, Refusal>

    private struct Caller {
        let continuation: CheckedContinuation<Outcome, Never>
        let work: Work
        var lastFailure: Failure?
    }

    private struct State {
        var pool: BackendPool
        var callers: [BackendPool.Ticket: Caller] = [:]
        var signals: [BackendPool.Attempt: StopSignal] = [:]
        /// When the pool is woken next; the earliest is last.
        var alarms: [Duration] = []
        var lastTicket: BackendPool.Ticket = 0
        var isClosed = false
    }

    private enum Command: Sendable {
        case start(BackendPool.Attempt, BackendPool.Ticket, member: Int, StopSignal, Work)
        case alarm(Duration)
    }

    private let clock: C
    private let origin: C.Instant
    private let state: Mutex<State>
    private let commands: AsyncStream<Command>
    private let orders: AsyncStream<Command>.Continuation
    private let onAttempt: @Sendable (_ member: Int, _ outcome: String, _ time: Duration) -> Void
    private let onNotice: @Sendable (BackendPool.Notice) -> Void

    /// - Parameter onAttempt: Called at the end of each attempt that was not given up, with `answered` or a setback's
    ///   label; `onNotice` when a member is taken out, or used again.
    public init(
        _ pool: BackendPool,
        clock: C,
        onAttempt: @escaping @Sendable (_ member: Int, _ outcome: String, _ time: Duration) -> Void = { _, _, _ in },
        onNotice: @escaping @Sendable (BackendPool.Notice) -> Void = { _ in }
    ) {
        self.clock = clock
        self.onAttempt = onAttempt
        self.onNotice = onNotice
        origin = clock.now
        state = Mutex(State(pool: pool))
        (commands, orders) = AsyncStream.makeStream()
    }

    private var now: Duration { origin.duration(to: clock.now) }

    /// Requests that wait for a place.
    public var waiting: Int { state.withLock { $0.pool.waitingCount } }

    /// What the pool says about itself.
    public func read<Value: Sendable>(_ value: (BackendPool, _ now: Duration) -> Value) -> Value {
        state.withLock { value($0.pool, now) }
    }

    /// Has a request served.
    ///
    /// - Parameters:
    ///   - patience: How long from now its answer is of use; stands for the deadline in `terms`.
    ///   - work: Called for each attempt; cancelled when it is not wanted any more.
    public func serve(
        _ terms: BackendPool.Terms,
        within patience: Duration,
        _ work: @escaping Work
    ) async throws(Refusal) -> Served {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(ticket, terms, within: patience, Caller(continuation: continuation, work: work))
                if Task.isCancelled { leave(ticket) }
            }
        } onCancel: {
            leave(ticket)
        }
        return try outcome.get()
    }

    /// Sends requests and keeps time until the task is cancelled; then every asker hears `cancelled`.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await command in commands {
                switch command {
                case .start(let attempt, let ticket, let member, let signal, let work):
                    group.addTask { await self.run(attempt, ticket, member, signal, work) }
                case .alarm(let time):
                    group.addTask { await self.wake(at: time) }
                }
            }
            group.cancelAll()
        }
        close()
    }

    private func run(
        _ attempt: BackendPool.Attempt,
        _ ticket: BackendPool.Ticket,
        _ member: Int,
        _ signal: StopSignal,
        _ work: @escaping Work
    ) async {
        let start = clock.now
        let result = await signal.run { await work(member) }
        let time = start.duration(to: clock.now)
        switch result {
        case .success(let answer):
            onAttempt(member, "answered", time)
            change { state, now in
                let served = Served(member: member, answer: answer)
                return (state.pool.answered(attempt, at: now), served)
            }
        case .failure(let miss):
            if miss.setback != .abandoned { onAttempt(member, miss.setback.label, time) }
            change { state, now in
                state.callers[ticket]?.lastFailure = miss.failure
                return (state.pool.failed(attempt, miss.setback, at: now), nil)
            }
        case nil: change { state, now in (state.pool.failed(attempt, .abandoned, at: now), nil) }
        }
        state.withLock { $0.signals[attempt] = nil }
    }

    private func wake(at time: Duration) async {
        do {
            try await clock.sleep(until: origin.advanced(by: time), tolerance: nil)
        } catch {
            return
        }
        change { state, now in
            state.alarms.removeAll { $0 <= time }
            return (state.pool.advance(to: now), nil)
        }
    }

    private func enter(
        _ ticket: BackendPool.Ticket,
        _ terms: BackendPool.Terms,
        within patience: Duration,
        _ caller: Caller
    ) {
        var isRefused = Task.isCancelled
        change { state, now in
            isRefused = isRefused || state.isClosed
            if isRefused { return ([], nil) }
            state.callers[ticket] = caller
            var terms = terms
            terms.deadline = now + patience
            return (state.pool.ask(ticket, terms, at: now), nil)
        }
        if isRefused { caller.continuation.resume(returning: .failure(.cancelled)) }
    }

    private func leave(_ ticket: BackendPool.Ticket) {
        var caller: Caller?
        change { state, now in
            caller = state.callers.removeValue(forKey: ticket)
            return (caller == nil ? [] : state.pool.cancel(ticket, at: now), nil)
        }
        caller?.continuation.resume(returning: .failure(.cancelled))
    }

    private func close() {
        let callers = state.withLock { state in
            state.isClosed = true
            defer { state.callers = [:] }
            return state.callers.values.map(\.continuation)
        }
        for caller in callers { caller.resume(returning: .failure(.cancelled)) }
    }

    /// Lets the pool change, and does what it wants done.
    ///
    /// - Parameter body: Returns the steps, and what an answered step among them means.
    private func change(_ body: (inout State, _ now: Duration) -> ([BackendPool.Step], Served?)) {
        let (told, ordered, notices) = state.withLock { state in
            let now = now
            let (steps, served) = body(&state, now)
            var told: [(CheckedContinuation<Outcome, Never>, Outcome)] = []
            var ordered: [Command] = []
            for step in steps {
                switch step {
                case .start(let attempt, let ticket, let member):
                    guard let work = state.callers[ticket]?.work else { continue }
                    let signal = StopSignal()
                    state.signals[attempt] = signal
                    ordered.append(.start(attempt, ticket, member: member, signal, work))
                case .stop(let attempt): state.signals[attempt]?.give()
                case .settle(let ticket, let outcome):
                    guard let caller = state.callers.removeValue(forKey: ticket) else { continue }
                    told.append((caller.continuation, Self.outcome(outcome, caller, served)))
                }
            }
            if let wake = state.pool.nextWake(after: now), state.alarms.last.map({ wake < $0 }) ?? true {
                state.alarms.append(wake)
                ordered.append(.alarm(wake))
            }
            return (told, ordered, state.pool.takeNotices())
        }
        for notice in notices { onNotice(notice) }
        for (continuation, outcome) in told { continuation.resume(returning: outcome) }
        for command in ordered { orders.yield(command) }
    }

    private static func outcome(_ outcome: BackendPool.Outcome, _ caller: Caller, _ served: Served?) -> Outcome {
        switch outcome {
        case .answered: served.map { .success($0) } ?? .failure(.hopeless)
        case .failed: .failure(caller.lastFailure.map { .failed($0) } ?? .hopeless)
        case .hopeless: .failure(.hopeless)
        case .expired: .failure(.expired)
        case .busy: .failure(.busy)
        }
    }
}
