import Synchronization
import Waiting

/// Carries out what a `BackendPool` decides: it has requests sent, tells askers, and wakes the pool in time.
///
/// All rules are the pool's; here are the tasks and the clock. Requests are served while `run` runs.
public final class Dispatcher<Answer: Sendable, Failure: Error, C: Clock<Duration>>: Sendable {
    /// Sends a request to a member, whose answer is of use for so long from now.
    public typealias Work = @Sendable (_ member: Int, _ left: Duration) async -> Result<Answer, Miss<Failure>>

    private typealias Outcome = Result<Served<Answer>, Refusal<Failure>>

    private struct Caller {
        let outcome: Promise<Outcome>
        let work: Work
        /// Whether what `work` brings is the beginning of an answer.
        let isStream: Bool
        var deadline = Duration.zero
        var lastFailure: Failure?
    }

    /// One attempt that is to be made.
    private struct Assignment: Sendable {
        let attempt: BackendPool.Attempt
        let ticket: BackendPool.Ticket
        let member: Int
        let deadline: Duration
        let signal: StopSignal
        let work: Work
        let isStream: Bool
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
        case start(Assignment)
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
    ///   label, and the time until the answer came, or until a streamed one began; `onNotice` when a member is taken
    ///   out, or used again.
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
        _ work: @escaping @Sendable (_ member: Int) async -> Result<Answer, Miss<Failure>>
    ) async throws(Refusal<Failure>) -> Served<Answer> {
        try await ask(terms, within: patience, isStream: false) { member, _ in await work(member) }
    }

    /// Has a request served whose answer is a stream.
    ///
    /// Who asks reads the rest of it, and then gives up its place.
    ///
    /// - Parameters:
    ///   - patience: How long from now the beginning of an answer is of use; stands for the deadline in `terms`.
    ///   - work: Called for each attempt; brings the answer once its first part is there.
    public func open(
        _ terms: BackendPool.Terms,
        within patience: Duration,
        _ work: @escaping Work
    ) async throws(Refusal<Failure>) -> Served<Answer> {
        try await ask(terms, within: patience, isStream: true, work: work)
    }

    private func ask(
        _ terms: BackendPool.Terms,
        within patience: Duration,
        isStream: Bool,
        work: @escaping Work
    ) async throws(Refusal<Failure>) -> Served<Answer> {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        let outcome = Promise<Outcome>()
        enter(ticket, terms: terms, within: patience, caller: Caller(outcome: outcome, work: work, isStream: isStream))
        return try await outcome.value(onCancel: { leave(ticket) }).get()
    }

    /// Sends requests and keeps time until the task is cancelled; then every asker hears `cancelled`.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await command in commands {
                switch command {
                case .start(let assignment): group.addTask { await self.run(assignment) }
                case .alarm(let time):
                    group.addTask { await self.wake(at: time) }
                }
            }
            group.cancelAll()
        }
        close()
    }

    private func run(_ assignment: Assignment) async {
        let start = clock.now
        let result = await assignment.signal.run { [now] in
            await assignment.work(assignment.member, assignment.deadline - now)
        }
        let time = start.duration(to: clock.now)
        switch result {
        case .success(let answer): take(answer, assignment: assignment, time: time)
        case .failure(let miss):
            state.withLock { $0.callers[assignment.ticket]?.lastFailure = miss.failure }
            end(assignment.attempt, member: assignment.member, setback: miss.setback, time: time)
        case nil: end(assignment.attempt, member: assignment.member, setback: .abandoned, time: time)
        }

        state.withLock { $0.signals[assignment.attempt] = nil }
    }

    /// Takes an answer that is whole, or has begun.
    private func take(_ answer: Answer, assignment: Assignment, time: Duration) {
        let (attempt, member) = (assignment.attempt, assignment.member)
        guard assignment.isStream else {
            onAttempt(member, "answered", time)
            return change { state, now in
                let served = Served(member: member, answer: answer, place: nil)
                return (state.pool.answered(attempt, at: now), served)
            }
        }

        // Where nobody takes it, its place is given up at once.
        let place = StreamPlace { self.end(attempt, member: member, setback: $0, time: time) }
        change { state, now in
            let served = Served(member: member, answer: answer, place: place)
            return (state.pool.begun(attempt, at: now), served)
        }

        withExtendedLifetime(place) {}
    }

    /// Takes note of the end of an attempt that has no answer to give any more.
    private func end(_ attempt: BackendPool.Attempt, member: Int, setback: Setback?, time: Duration) {
        if setback != .abandoned { onAttempt(member, setback?.label ?? "answered", time) }
        change { state, now in
            guard let setback else { return (state.pool.answered(attempt, at: now), nil) }
            return (state.pool.failed(attempt, setback, at: now), nil)
        }
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
        terms: BackendPool.Terms,
        within patience: Duration,
        caller: Caller
    ) {
        var isRefused = Task.isCancelled
        change { state, now in
            isRefused = isRefused || state.isClosed
            if isRefused { return ([], nil) }
            var (caller, terms) = (caller, terms)
            caller.deadline = now + patience
            terms.deadline = caller.deadline
            state.callers[ticket] = caller
            return (state.pool.ask(ticket, terms, at: now), nil)
        }
        if isRefused { caller.outcome.fulfill(.failure(.cancelled)) }
    }

    private func leave(_ ticket: BackendPool.Ticket) {
        var caller: Caller?
        change { state, now in
            caller = state.callers.removeValue(forKey: ticket)
            return (caller == nil ? [] : state.pool.cancel(ticket, at: now), nil)
        }
        caller?.outcome.fulfill(.failure(.cancelled))
    }

    private func close() {
        let outcomes = state.withLock { state in
            state.isClosed = true
            defer { state.callers = [:] }
            return state.callers.values.map(\.outcome)
        }
        for outcome in outcomes { outcome.fulfill(.failure(.cancelled)) }
    }

    /// Lets the pool change, and does what it wants done.
    ///
    /// - Parameter body: Returns the steps, and what an answered step among them means.
    private func change(_ body: (inout State, _ now: Duration) -> ([BackendPool.Step], Served<Answer>?)) {
        let (told, ordered, notices) = state.withLock { state in
            let now = now
            let (steps, served) = body(&state, now)
            var told: [(Promise<Outcome>, Outcome)] = []
            var ordered: [Command] = []
            for step in steps {
                switch step {
                case .start(let attempt, let ticket, let member):
                    guard let caller = state.callers[ticket] else { continue }
                    let assignment = Assignment(
                        attempt: attempt,
                        ticket: ticket,
                        member: member,
                        deadline: caller.deadline,
                        signal: StopSignal(),
                        work: caller.work,
                        isStream: caller.isStream
                    )
                    state.signals[attempt] = assignment.signal
                    ordered.append(.start(assignment))
                case .stop(let attempt): state.signals[attempt]?.give()
                case .settle(let ticket, let outcome):
                    guard let caller = state.callers.removeValue(forKey: ticket) else { continue }
                    told.append((caller.outcome, Self.outcome(outcome, caller: caller, served: served)))
                }
            }
            if let wake = state.pool.nextWake(after: now), state.alarms.last.map({ wake < $0 }) ?? true {
                state.alarms.append(wake)
                ordered.append(.alarm(wake))
            }
            return (told, ordered, state.pool.takeNotices())
        }
        for notice in notices { onNotice(notice) }
        for (promise, outcome) in told { promise.fulfill(outcome) }
        for command in ordered { orders.yield(command) }
    }

    private static func outcome(
        _ outcome: BackendPool.Outcome,
        caller: Caller,
        served: Served<Answer>?
    ) -> Outcome {
        switch outcome {
        case .answered: served.map { .success($0) } ?? .failure(.hopeless)
        case .failed: .failure(caller.lastFailure.map { .failed($0) } ?? .hopeless)
        case .hopeless: .failure(.hopeless)
        case .expired: .failure(.expired)
        case .busy: .failure(.busy)
        }
    }
}
