/// Several backends as one: who gets which request, when it is sent again, and what is done about those that fail.
///
/// A value with no sockets, tasks or clock. What happens is told to it, with the time since any one moment, and it says
/// what to do (`Step`). Answers come whole, or as streams, of which the first part counts (`begun`). Each request goes to the member with the least expected time to its completion: requests in
/// flight and one, times its smoothed latency, by its weight. A request that finds no place waits in a `DeficitQueue`.
public struct BackendPool: Sendable {
    public typealias Ticket = UInt64
    public typealias Attempt = UInt64

    let rules: Rules
    var members: [Member]
    var jobs: [Ticket: Job] = [:]
    var attempts: [Attempt: Running] = [:]
    var waiting: DeficitQueue
    /// Requests that failed and wait for their next attempt, in order.
    var again: [Ticket] = []
    /// Requests that are to have a second attempt as soon as there is a place, and why.
    var seconds: [(ticket: Ticket, purpose: Purpose)] = []
    var presence = Presence()
    /// Requests so far, and second tries after the p95 among them.
    var asked = 0
    var hedged = 0
    private var lastAttempt: Attempt = 0
    /// What has not been told to operators.
    var notices: [Notice] = []
    var dice: Dice

    /// - Parameters:
    ///   - members: At least one.
    ///   - seed: Of the jitter.
    public init(_ members: [MemberTerms], rules: Rules = Rules(), seed: UInt64 = 0) {
        precondition(!members.isEmpty, "A pool without members serves nobody")
        self.rules = rules
        self.members = members.map { Member($0, rules: rules.breaker) }
        waiting = DeficitQueue(quantum: rules.quantum)
        dice = Dice(seed: seed)
    }

    /// Requests that wait for a place.
    public var waitingCount: Int { waiting.count + again.count }

    /// What operators want to know of that has happened since the last call.
    public mutating func takeNotices() -> [Notice] {
        defer { notices = [] }
        return notices
    }

    /// Takes a request.
    public mutating func ask(_ ticket: Ticket, _ terms: Terms, at now: Duration) -> [Step] {
        var steps: [Step] = []
        jobs[ticket] = Job(terms: terms)
        if terms.isAhead {
            if waiting.isEmpty, again.isEmpty, let member = choose(for: terms, at: now) {
                start(ticket, member, .first, at: now, into: &steps)
            } else {
                settle(ticket, .busy, at: now, into: &steps)
            }
            return steps
        }

        asked += 1
        presence.note(terms.party, at: now)
        waiting.append(ticket, of: terms.party, cost: terms.cost)
        dispatch(at: now, into: &steps)
        return steps
    }

    /// Takes note that the asker wants no answer any more.
    public mutating func cancel(_ ticket: Ticket, at now: Duration) -> [Step] {
        var steps: [Step] = []
        guard jobs[ticket] != nil else { return [] }
        forget(ticket, at: now, keepsProbes: false, into: &steps)
        dispatch(at: now, into: &steps)
        return steps
    }

    /// Takes note that the first part of a streamed answer has come, the time to which is its latency.
    ///
    /// Its asker hears of it, and the request is not sent again. The attempt keeps its place until `answered` or `failed`,
    /// unless nobody waits for it any more.
    public mutating func begun(_ attempt: Attempt, at now: Duration) -> [Step] {
        guard let running = attempts[attempt], !running.hasBegun else { return [] }

        var steps: [Step] = []
        note(timeOf: running, at: now)
        attempts[attempt]?.hasBegun = true
        if !running.isStopped, jobs[running.ticket] != nil {
            presence.note(running.terms.party, at: now)
            jobs[running.ticket]?.running[running.member] = nil
            settle(running.ticket, .answered(attempt), at: now, into: &steps)
        } else if let running = end(attempt) {
            note(.abandoned, of: running, at: now)
        }

        dispatch(at: now, into: &steps)
        return steps
    }

    /// Takes note that a member has answered, or that the answer which had begun is whole.
    public mutating func answered(_ attempt: Attempt, at now: Duration) -> [Step] {
        guard let running = end(attempt) else { return [] }
        var steps: [Step] = []
        note(answerTo: running, at: now)
        if jobs[running.ticket] != nil {
            presence.note(running.terms.party, at: now)
            settle(running.ticket, .answered(attempt), at: now, into: &steps)
        }
        dispatch(at: now, into: &steps)
        return steps
    }

    /// Takes note that an attempt came to nothing, or that the answer which had begun broke off.
    public mutating func failed(_ attempt: Attempt, _ setback: Setback, at now: Duration) -> [Step] {
        guard let running = end(attempt) else { return [] }
        var steps: [Step] = []
        note(running.isStopped ? .abandoned : setback, of: running, at: now)
        jobs[running.ticket]?.running[running.member] = nil
        if !running.isStopped {
            goOn(with: running.ticket, after: attempt, setback, by: running.member, now: now, into: &steps)
        }
        dispatch(at: now, into: &steps)
        return steps
    }

    /// Takes note that time has passed.
    public mutating func advance(to now: Duration) -> [Step] {
        var steps: [Step] = []
        watchAttempts(at: now, into: &steps)
        dispatch(at: now, into: &steps)
        return steps
    }

    /// Decides what becomes of a request one of whose attempts has failed.
    private mutating func goOn(
        with ticket: Ticket,
        after attempt: Attempt,
        _ setback: Setback,
        by member: Int,
        now: Duration,
        into steps: inout [Step]
    ) {
        guard var job = jobs[ticket] else { return }

        job.tried.insert(member)
        job.lastFailure = attempt
        jobs[ticket] = job

        // Another attempt may still bring the answer, unless it takes too long.
        guard job.running.values.allSatisfy({ attempts[$0]?.isLate ?? true }) else { return }
        let others = members.indices.contains { index in
            !job.tried.contains(index) && serves(index, job.terms.model) && members[index].isWell(at: now)
        }
        let time = rules.retry.next(
            after: setback,
            retries: job.retries,
            hasOther: others,
            at: now,
            deadline: job.terms.deadline,
            random: dice.roll()
        )
        guard let time, !job.terms.isAhead else {
            if job.running.isEmpty { settle(ticket, .failed(attempt), at: now, into: &steps) }
            return
        }

        job.retries += 1
        job.notBefore = time
        jobs[ticket] = job
        seconds.removeAll { $0.ticket == ticket }
        again.append(ticket)
    }

    /// Has a member serve a request.
    mutating func start(
        _ ticket: Ticket,
        _ member: Int,
        _ purpose: Purpose,
        at now: Duration,
        into steps: inout [Step]
    ) {
        guard let terms = jobs[ticket]?.terms else { return }

        lastAttempt += 1
        let limit = members[member].start()
        attempts[lastAttempt] = Running(
            ticket: ticket,
            member: member,
            terms: terms,
            start: now,
            purpose: purpose,
            limit: limit
        )
        jobs[ticket]?.running[member] = lastAttempt
        if !terms.isAhead { presence.hold(terms.party) }
        switch purpose {
        case .first: break
        case .retry: members[member].tally.retries += 1
        case .hedge: members[member].tally.hedges += 1
        case .probe:
            members[member].tally.probes += 1
            members[member].breaker.startProbe()
        }

        steps.append(.start(lastAttempt, ticket, member: member))
    }

    /// Gives the asker the outcome, and ends what else there is of the request.
    mutating func settle(_ ticket: Ticket, _ outcome: Outcome, at now: Duration, into steps: inout [Step]) {
        forget(ticket, at: now, keepsProbes: true, into: &steps)
        steps.append(.settle(ticket, outcome))
    }

    /// Ends all that there is of a request; a probe may go on, since its outcome is wanted for itself.
    private mutating func forget(_ ticket: Ticket, at now: Duration, keepsProbes: Bool, into steps: inout [Step]) {
        guard let job = jobs.removeValue(forKey: ticket) else { return }
        _ = waiting.remove(ticket)
        again.removeAll { $0 == ticket }
        seconds.removeAll { $0.ticket == ticket }
        for attempt in job.running.values.sorted() {
            guard let running = attempts[attempt] else { continue }
            if keepsProbes, running.purpose == .probe, !running.isLate { continue }
            stop(attempt, at: now, into: &steps)
        }
    }

    mutating func stop(_ attempt: Attempt, at now: Duration, into steps: inout [Step]) {
        guard let running = attempts[attempt], !running.isStopped else { return }
        attempts[attempt]?.isStopped = true
        steps.append(.stop(attempt))
    }

    private mutating func end(_ attempt: Attempt) -> Running? {
        guard let running = attempts.removeValue(forKey: attempt) else { return nil }
        members[running.member].inFlight -= 1
        if !running.terms.isAhead { presence.release(running.terms.party) }
        return running
    }
}
