/// How members are, judged by what became of their requests.
extension BackendPool {
    /// What a member's peers say, in the middle; `nil` without a peer that says anything.
    private func peers(of member: Int, _ figure: (Latencies) -> Double?) -> Double? {
        let tier = members[member].terms.tier
        let figures = members.indices.compactMap { index -> Double? in
            guard index != member, members[index].terms.tier == tier, members[index].breaker.isClosed else {
                return nil
            }
            return figure(members[index].latencies)
        }.sorted()
        guard !figures.isEmpty else { return nil }
        return (figures[(figures.count - 1) / 2] + figures[figures.count / 2]) / 2
    }

    /// How long a request may be in flight on a member before another gets it too.
    func patience(with member: Int, kind: Int) -> Duration? {
        peers(of: member) { $0.p95(kind: kind) }.map { p95 in
            max(.seconds(1) * (rules.outlierFactor * p95), rules.leastPatience)
        }
    }

    /// Whether a time is out of line with what peers take.
    private func isSlow(_ seconds: Double, _ member: Int, kind: Int) -> Bool {
        guard let usual = peers(of: member, { $0.smoothed(kind: kind, least: 3) }) else { return false }
        return seconds > max(rules.outlierFactor * usual, usual + rules.leastSlowness.seconds)
    }

    /// Takes a member out for being slower than its peers, unless half of its tier is out already.
    private mutating func eject(_ member: Int, at now: Duration) {
        let tier = members.filter { $0.terms.tier == members[member].terms.tier }
        let out = tier.count { !$0.breaker.isClosed }
        guard members[member].breaker.isClosed, out + 1 <= tier.count / 2 else { return }
        members[member].breaker.open(at: now, random: dice.roll())
        members[member].tally.ejections += 1
        noteOut(member, isSlow: true, at: now)
    }

    mutating func note(answerTo running: Running, at now: Duration) {
        let index = running.member
        let time = now - running.start
        let kind = running.terms.kind
        if running.purpose == .probe {
            // What it was like before is no reason to take it out again.
            let isWell = !running.isLate && !isSlow(time.seconds, index, kind: kind)
            if isWell { members[index].latencies = Latencies() }
            if !running.isLate {
                members[index].breaker.probed(isWell, at: now, random: dice.roll())
                if isWell { notices.append(.back(member: index)) }
            }
            members[index].answered(running.limit, after: time, kind: kind)
            return
        }
        members[index].answered(running.limit, after: time, kind: kind)
        members[index].breaker.answered()
        if let smoothed = members[index].latencies.smoothed(kind: kind, least: 3), isSlow(smoothed, index, kind: kind) {
            eject(index, at: now)
        }
    }

    mutating func note(_ setback: Setback, of running: Running, at now: Duration) {
        let index = running.member
        members[index].failed(running.limit, setback, at: now)
        if running.purpose == .probe {
            // A late one has been judged already.
            if running.isLate { return }
            if setback == .abandoned { return members[index].breaker.probeAbandoned() }
            members[index].breaker.probed(!setback.countsAgainstBackend, at: now, random: dice.roll())
            if members[index].breaker.isClosed { notices.append(.back(member: index)) }
            return
        }
        // A member that says when to come back is left alone until then, and is not broken.
        guard setback.countsAgainstBackend, setback.retryAfter == nil else { return }
        if members[index].breaker.failed(at: now, random: dice.roll()) { noteOut(index, isSlow: false, at: now) }
    }

    private mutating func noteOut(_ member: Int, isSlow: Bool, at now: Duration) {
        let pause = (members[member].breaker.reopening ?? now) - now
        notices.append(.out(member: member, isSlow: isSlow, pause: pause))
    }

    /// Finds the attempts that take too long, and has their requests served elsewhere.
    mutating func watchAttempts(at now: Duration, _ steps: inout [Step]) {
        for (attempt, running) in attempts.sorted(by: { $0.key < $1.key }) where !running.isStopped {
            let age = now - running.start
            let kind = running.terms.kind
            if !running.isLate, let patience = patience(with: running.member, kind: kind), age >= patience {
                attempts[attempt]?.isLate = true
                giveUp(on: attempt, running, at: now, &steps)
            } else if isDueForHedge(running), let p95 = members[running.member].latencies.p95(kind: kind),
                age.seconds >= p95
            {
                jobs[running.ticket]?.isHedged = true
                seconds.append((running.ticket, .hedge))
            }
        }
    }

    private mutating func giveUp(on attempt: Attempt, _ running: Running, at now: Duration, _ steps: inout [Step]) {
        if running.purpose == .probe {
            members[running.member].breaker.probed(false, at: now, random: dice.roll())
            if jobs[running.ticket] == nil { stop(attempt, at: now, &steps) }
            return
        }
        eject(running.member, at: now)
        guard let job = jobs[running.ticket], !job.terms.isAhead else { return }
        guard job.running.values.allSatisfy({ attempts[$0]?.isLate ?? true }) else { return }
        guard job.retries < rules.retry.mostRetries else { return }
        seconds.removeAll { $0.ticket == running.ticket }
        seconds.append((running.ticket, .retry))
    }

    private func isDueForHedge(_ running: Running) -> Bool {
        guard rules.hedges, running.purpose != .probe, let job = jobs[running.ticket] else { return false }
        return !job.isHedged && !job.terms.isAhead && job.running.count == 1
    }

    /// When `advance` has something to do next if nothing else happens; `nil` for never.
    public func nextWake(after now: Duration) -> Duration? {
        var times: [Duration] = []
        for running in attempts.values where !running.isStopped {
            if !running.isLate, let patience = patience(with: running.member, kind: running.terms.kind) {
                times.append(running.start + patience)
            }
            if isDueForHedge(running), let p95 = members[running.member].latencies.p95(kind: running.terms.kind) {
                times.append(running.start + .seconds(1) * p95)
            }
        }
        times += waiting.tickets.compactMap { jobs[$0]?.terms.deadline }
        times += again.compactMap { jobs[$0]?.terms.deadline }
        // What lies in the past waits for a place instead.
        var later = again.compactMap { jobs[$0]?.notBefore }
        if waitingCount > 0 || !seconds.isEmpty {
            later += members.compactMap { $0.breaker.isProbing ? nil : $0.breaker.reopening }
            later += members.compactMap(\.pausedUntil)
        }
        return (times + later.filter { $0 > now }).min()
    }
}
