/// Who serves a request, and when.
extension BackendPool {
    /// Whether a member serves sessions that ask for a model.
    ///
    /// A model that some member names is served by those that name it, any other by those that name none. Where that is
    /// nobody, all serve it.
    func serves(_ member: Int, _ model: String?) -> Bool {
        let isNamed = model.map { model in members.contains { $0.terms.models.contains(model) } } ?? false
        if isNamed { return model.map(members[member].terms.models.contains) ?? false }
        return members[member].terms.models.isEmpty || members.allSatisfy { !$0.terms.models.isEmpty }
    }

    /// The members that may serve a model, in tiers, the first choice first.
    private func tiers(for model: String?) -> [[Int]] {
        let able = members.indices.filter { serves($0, model) }
        return Set(able.map { members[$0].terms.tier }).sorted().map { tier in
            able.filter { members[$0].terms.tier == tier }
        }
    }

    /// The lowest tier that a request for a model may be served by.
    public func firstTier(for model: String?) -> Int {
        members.indices.filter { serves($0, model) }.map { members[$0].terms.tier }.min() ?? 0
    }

    /// The members whose tier is the first choice for a model.
    public func firstChoice(for model: String?) -> [Int] { tiers(for: model).first ?? [] }

    /// The member with a free place that is expected to be done with the request first.
    ///
    /// A tier that could serve but has no place at the moment is waited for.
    func choose(for terms: Terms, excluding excluded: Set<Int> = [], at now: Duration) -> Int? {
        for tier in tiers(for: terms.model) {
            let well = tier.filter { !excluded.contains($0) && members[$0].isWell(at: now) }
            if well.isEmpty { continue }
            let unknown = well.compactMap { members[$0].latencies.smoothed(kind: terms.kind) }.min() ?? 1
            func cost(_ index: Int) -> Double {
                let member = members[index]
                let latency = member.latencies.smoothed(kind: terms.kind) ?? unknown
                return Double(member.inFlight + 1) * latency / member.terms.weight
            }
            return well.filter { members[$0].hasPlace }.min { a, b in
                let (first, second) = (cost(a), cost(b))
                return first == second ? members[a].tally.answered < members[b].tally.answered : first < second
            }
        }

        return nil
    }

    /// A member that is due for a probe and would be used for the request if it were well.
    private func probe(for terms: Terms, excluding excluded: Set<Int>, at now: Duration) -> Int? {
        for tier in tiers(for: terms.model) {
            let due = tier.first { index in
                let member = members[index]
                return !excluded.contains(index) && member.breaker.mayProbe(at: now) && !member.isPaused(at: now)
                    && member.hasPlace
            }
            if let due { return due }
            if tier.contains(where: { members[$0].isWell(at: now) }) { return nil }
        }
        return nil
    }

    /// Starts all that can be started, and gives up what cannot be served in time.
    mutating func dispatch(at now: Duration, into steps: inout [Step]) {
        for ticket in Array(waiting.tickets) + again where jobs[ticket].map({ $0.terms.deadline <= now }) ?? false {
            settle(ticket, .expired, at: now, into: &steps)
        }
        startAgain(at: now, into: &steps)
        startSeconds(at: now, into: &steps) { $0 != .hedge }
        startWaiting(at: now, into: &steps)
        if waiting.isEmpty { startSeconds(at: now, into: &steps) { $0 == .hedge } }
        refuseHopeless(at: now, into: &steps)
    }

    /// Begins with a request; returns whether there was a place.
    private mutating func begin(_ ticket: Ticket, purpose: Purpose, at now: Duration, into steps: inout [Step]) -> Bool
    {
        guard let job = jobs[ticket] else { return true }

        let busy = Set(job.running.keys)
        if let probe = probe(for: job.terms, excluding: busy, at: now) {
            start(ticket, probe, .probe, at: now, into: &steps)
            // Nobody waits for a probe: a member that is well has the request too, now or when it has a place.
            let chosen = choose(for: job.terms, excluding: busy.union(job.tried).union([probe]), at: now)
            if let chosen {
                start(ticket, chosen, purpose, at: now, into: &steps)
            } else {
                seconds.append((ticket, .first))
            }
            return true
        }

        var chosen = choose(for: job.terms, excluding: busy.union(job.tried), at: now)
        let isUntriedThere = members.indices.contains { index in
            !job.tried.contains(index) && serves(index, job.terms.model) && members[index].isWell(at: now)
        }

        // One that has failed at it before only where no other will have a place.
        if chosen == nil, !isUntriedThere { chosen = choose(for: job.terms, excluding: busy, at: now) }
        guard let chosen else { return false }
        start(ticket, chosen, purpose, at: now, into: &steps)
        return true
    }

    private mutating func startAgain(at now: Duration, into steps: inout [Step]) {
        for ticket in again where jobs[ticket].map({ $0.notBefore <= now }) ?? true {
            if begin(ticket, purpose: .retry, at: now, into: &steps) { again.removeAll { $0 == ticket } }
        }
    }

    private mutating func startSeconds(at now: Duration, into steps: inout [Step], where isMeant: (Purpose) -> Bool) {
        for (ticket, purpose) in seconds where isMeant(purpose) {
            guard let job = jobs[ticket], now < job.terms.deadline else { continue }
            if purpose == .hedge, Double(hedged + 1) > rules.hedgeShare * Double(asked) { continue }
            let excluded = job.tried.union(job.running.keys)
            guard let chosen = choose(for: job.terms, excluding: excluded, at: now) else { continue }
            seconds.removeAll { $0.ticket == ticket }
            if purpose == .hedge { hedged += 1 }
            if purpose == .retry { jobs[ticket]?.retries += 1 }
            start(ticket, chosen, purpose, at: now, into: &steps)
        }
    }

    private mutating func startWaiting(at now: Duration, into steps: inout [Step]) {
        while !waiting.isEmpty, members.contains(where: { $0.hasPlace }) {
            let shares = shares(at: now)
            var queue = DeficitQueue(quantum: rules.quantum)
            swap(&queue, &waiting)
            let next = queue.next { ticket, party in
                guard shares.allow(party, presence), let terms = jobs[ticket]?.terms else { return false }
                return choose(for: terms, at: now) != nil || probe(for: terms, excluding: [], at: now) != nil
            }
            swap(&queue, &waiting)
            guard let next else { return }
            _ = begin(next, purpose: .first, at: now, into: &steps)
        }
    }

    /// Ends what no member can serve within its deadline, as soon as that is known.
    private mutating func refuseHopeless(at now: Duration, into steps: inout [Step]) {
        guard members.contains(where: { !$0.isWell(at: now) }) else { return }
        for ticket in Array(waiting.tickets) + again {
            guard let terms = jobs[ticket]?.terms else { continue }
            let opening = members.indices.filter { serves($0, terms.model) }.map { members[$0].opening(at: now) }.min()
            if let opening, opening < terms.deadline { continue }
            settle(ticket, jobs[ticket]?.lastFailure.map { .failed($0) } ?? .hopeless, at: now, into: &steps)
        }
    }
}
