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
    func patience(with member: Int, _ terms: Terms) -> Duration? {
        guard terms.isMeasured else { return nil }
        let usual = peers(of: member) { $0.p95(kind: terms.kind) }
        guard let usual else {
            // Where nobody else could have it, it is waited for.
            let hasOther = members.indices.contains { index in
                index != member && members[index].breaker.isClosed && serves(index, terms.model)
            }
            return hasOther ? terms.lateAfter : nil
        }
        return max(.seconds(1) * (rules.outlierFactor * usual), rules.leastPatience)
    }

    /// Whether a request has been in flight for as long as it may be before another member gets it too.
    private func isOverdue(_ running: Running, at now: Duration) -> Bool {
        guard !running.isLate, let patience = patience(with: running.member, running.terms) else { return false }
        return now - running.start >= patience
    }

    /// Whether a time is out of line with what peers take.
    private func isSlow(_ seconds: Double, member: Int, kind: Int) -> Bool {
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
        members[running.member].tally.answered += 1
        if !running.isProbing { members[running.member].breaker.answered() }
        if !running.hasBegun { note(timeOf: running, at: now) }
    }

    /// Judges a member by the time that an answer took to come, or a streamed one to begin.
    mutating func note(timeOf running: Running, at now: Duration) {
        let index = running.member
        let time = now - running.start
        let kind = running.terms.kind
        let isMeasured = running.terms.isMeasured
        if running.isProbing {
            // What it was like before is no reason to take it out again.
            let isWell = !running.isLate && !(isMeasured && isSlow(time.seconds, member: index, kind: kind))
            if isWell { members[index].latencies = Latencies() }
            if !running.isLate {
                members[index].breaker.probed(isWell, at: now, random: dice.roll())
                if isWell { notices.append(.back(member: index)) }
            }
        }

        guard isMeasured else { return }
        members[index].took(time, running.limit, kind: kind)
        guard !running.isProbing, let smoothed = members[index].latencies.smoothed(kind: kind, least: 3) else { return }
        if isSlow(smoothed, member: index, kind: kind) { eject(index, at: now) }
    }

    mutating func note(_ setback: Setback, of running: Running, at now: Duration) {
        let index = running.member
        members[index].failed(running.limit, setback, at: now)
        if running.isProbing {
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
    mutating func watchAttempts(at now: Duration, into steps: inout [Step]) {
        for (attempt, running) in attempts.sorted(by: { $0.key < $1.key }) where isWatched(running) {
            if isOverdue(running, at: now) {
                attempts[attempt]?.isLate = true
                giveUp(on: attempt, running, at: now, into: &steps)
            } else if let time = hedgeTime(of: running), now >= time {
                jobs[running.ticket]?.isHedged = true
                seconds.append((running.ticket, .hedge))
            }
        }
    }

    private mutating func giveUp(on attempt: Attempt, _ running: Running, at now: Duration, into steps: inout [Step]) {
        if running.purpose == .probe {
            members[running.member].breaker.probed(false, at: now, random: dice.roll())
            if jobs[running.ticket] == nil { stop(attempt, at: now, into: &steps) }
            return
        }

        eject(running.member, at: now)
        guard let job = jobs[running.ticket], !job.terms.isAhead else { return }
        guard job.running.values.allSatisfy({ attempts[$0]?.isLate ?? true }) else { return }
        guard job.retries < rules.retry.mostRetries else { return }
        seconds.removeAll { $0.ticket == running.ticket }
        seconds.append((running.ticket, .retry))
    }

    private func isWatched(_ running: Running) -> Bool { !running.isStopped && !running.hasBegun }

    /// When another member gets the request of an attempt as most would have answered it by then; `nil` for never.
    private func hedgeTime(of running: Running) -> Duration? {
        guard rules.hedges, running.purpose != .probe, let job = jobs[running.ticket] else { return nil }
        guard !job.isHedged, !job.terms.isAhead, job.running.count == 1 else { return nil }
        return members[running.member].latencies.p95(kind: running.terms.kind).map { running.start + .seconds(1) * $0 }
    }

    /// When `advance` has something to do next if nothing else happens; `nil` for never.
    public func nextWake(after now: Duration) -> Duration? {
        var times: [Duration] = []
        for running in attempts.values where isWatched(running) {
            if !running.isLate, let patience = patience(with: running.member, running.terms) {
                times.append(running.start + patience)
            }
            if let time = hedgeTime(of: running) { times.append(time) }
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
