import TestSupport
import Testing

@testable import Backends

/// A pool whose members are played, in simulated time.
struct PoolSimulation {
    /// How a member takes a request: after which time, and with which setback.
    typealias Play = (_ member: Int, _ now: Duration, _ dice: inout SeededGenerator) -> (Duration, Setback?)

    /// How a stream goes on after its first part: for how long, and what breaks it off.
    typealias Tail = (_ dice: inout SeededGenerator) -> (Duration, Setback?)

    private enum Event {
        case ask(BackendPool.Ticket, BackendPool.Terms)
        case cancel(BackendPool.Ticket)
        case end(BackendPool.Attempt, Setback?)
        /// Of an answer that has begun.
        case finish(BackendPool.Attempt, Setback?)
    }

    private(set) var pool: BackendPool
    private(set) var now = Duration.zero
    /// When each request came, and when and how it was settled.
    private(set) var asked: [BackendPool.Ticket: Duration] = [:]
    private(set) var settled: [BackendPool.Ticket: (time: Duration, outcome: BackendPool.Outcome)] = [:]
    private(set) var cancelled: Set<BackendPool.Ticket> = []
    private(set) var starts: [(ticket: BackendPool.Ticket, member: Int, time: Duration)] = []
    private var events: [(time: Duration, number: Int, event: Event)] = []
    private var inFlight: [BackendPool.Attempt: Int] = [:]
    private var scheduled = 0
    private let terms: [MemberTerms]
    private let play: Play
    /// `nil` where answers come whole.
    private let tail: Tail?
    private var dice: SeededGenerator

    init(
        _ members: [MemberTerms],
        rules: BackendPool.Rules = .init(),
        seed: UInt64 = 1,
        tail: Tail? = nil,
        play: @escaping Play
    ) {
        pool = BackendPool(members, rules: rules, seed: seed)
        terms = members
        self.play = play
        self.tail = tail
        dice = SeededGenerator(seed: seed)
    }

    mutating func ask(
        _ ticket: BackendPool.Ticket,
        at time: Duration,
        party: Party = Party(session: 1),
        cost: Int = 24_000,
        kind: Int = 1,
        model: String? = nil,
        within patience: Duration = .seconds(20),
        isAhead: Bool = false,
        lateAfter: Duration? = nil
    ) {
        let terms = BackendPool.Terms(
            model: model,
            party: party,
            cost: cost,
            kind: kind,
            deadline: time + patience,
            isAhead: isAhead,
            lateAfter: lateAfter
        )
        schedule(.ask(ticket, terms), at: time)
    }

    mutating func cancel(_ ticket: BackendPool.Ticket, at time: Duration) { schedule(.cancel(ticket), at: time) }

    /// Plays until nothing is left to happen.
    mutating func run() {
        while true {
            let next = events.min { ($0.time, $0.number) < ($1.time, $1.number) }
            let wake = pool.nextWake(after: now)
            if let wake, wake < next?.time ?? .seconds(1_000_000) {
                now = max(now, wake)
                carryOut(pool.advance(to: now))
            } else if let next {
                events.removeAll { $0.number == next.number }
                now = next.time
                handle(next.event)
            } else {
                return
            }
        }
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .ask(let ticket, let terms):
            asked[ticket] = now
            carryOut(pool.ask(ticket, terms, at: now))
        case .cancel(let ticket):
            if settled[ticket] == nil { cancelled.insert(ticket) }
            carryOut(pool.cancel(ticket, at: now))
        case .end(let attempt, nil) where tail != nil: begin(attempt)
        case .end(let attempt, let setback), .finish(let attempt, let setback):
            guard inFlight.removeValue(forKey: attempt) != nil else { return }
            carryOut(setback.map { pool.failed(attempt, $0, at: now) } ?? pool.answered(attempt, at: now))
        }
    }

    /// Has a stream begin, and go on where somebody wants it.
    private mutating func begin(_ attempt: BackendPool.Attempt) {
        guard inFlight[attempt] != nil, let tail else { return }
        let steps = pool.begun(attempt, at: now)
        if pool.attempts[attempt] == nil {
            inFlight[attempt] = nil
        } else {
            let (time, setback) = tail(&dice)
            schedule(.finish(attempt, setback), at: now + time)
        }
        carryOut(steps)
    }

    private mutating func carryOut(_ steps: [BackendPool.Step]) {
        for step in steps {
            switch step {
            case .start(let attempt, let ticket, let member):
                check(attempt, member)
                #expect(settled[ticket] == nil, "an attempt for a request that is settled")
                inFlight[attempt] = member
                #expect(inFlight.values.count { $0 == member } <= terms[member].concurrency)
                starts.append((ticket, member, now))
                let (time, setback) = play(member, now, &dice)
                schedule(.end(attempt, setback), at: now + time)
            case .stop(let attempt):
                // It takes a moment to break off.
                schedule(.end(attempt, .abandoned), at: now + .milliseconds(1))
            case .settle(let ticket, let outcome):
                #expect(settled[ticket] == nil, "a second outcome")
                #expect(!cancelled.contains(ticket), "an outcome for nobody")
                settled[ticket] = (now, outcome)
            }
        }
    }

    /// An open breaker gets nothing but its probe, of which there is one.
    private func check(_ attempt: BackendPool.Attempt, _ member: Int) {
        guard let running = pool.attempts[attempt] else { return }
        #expect(now < running.terms.deadline, "an attempt after the deadline")
        guard running.purpose == .probe else {
            let breaker = pool.members[member].breaker
            #expect(breaker.isClosed || breaker.openings > 0 && breaker.reopening.map { $0 > now } ?? false)
            return
        }
        #expect(pool.attempts.values.count { $0.member == member && $0.purpose == .probe && !$0.isLate } == 1)
    }

    private mutating func schedule(_ event: Event, at time: Duration) {
        scheduled += 1
        events.append((time, scheduled, event))
    }
}
