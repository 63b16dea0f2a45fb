import Testing

@testable import Backends

@Suite("Streamed answers in a pool")
struct StreamRulesTests {
    private typealias Step = BackendPool.Step

    private static func terms(
        deadline: Duration = .seconds(15),
        lateAfter: Duration? = nil,
        isMeasured: Bool = true
    ) -> BackendPool.Terms {
        BackendPool.Terms(
            party: Party(session: 1),
            cost: 1,
            deadline: deadline,
            lateAfter: lateAfter,
            isMeasured: isMeasured
        )
    }

    private static func pool(_ count: Int, rules: BackendPool.Rules = .init()) -> BackendPool {
        BackendPool((0..<count).map { MemberTerms(name: "\($0)", adapts: false) }, rules: rules)
    }

    /// A pool of one member, which has failed until it was taken out.
    private static func brokenPool() throws -> BackendPool {
        var pool = Self.pool(1)
        for ticket in 1...3 {
            let started = Self.starts(pool.ask(UInt64(ticket), Self.terms(deadline: .milliseconds(10)), at: .zero))
            _ = pool.failed(try #require(started.first).attempt, .broken, at: .zero)
        }
        return pool
    }

    /// The attempts that steps begin, with the members that make them.
    private static func starts(_ steps: [Step]) -> [(attempt: BackendPool.Attempt, member: Int)] {
        steps.compactMap { step in
            if case .start(let attempt, _, let member) = step { (attempt, member) } else { nil }
        }
    }

    @Test("The first part settles the request and is its latency; the place is kept to the end")
    func begin() throws {
        var pool = Self.pool(1)
        let attempt = try #require(Self.starts(pool.ask(1, Self.terms(), at: .zero)).first).attempt
        #expect(pool.begun(attempt, at: .milliseconds(300)) == [.settle(1, .answered(attempt))])
        #expect(pool.begun(attempt, at: .milliseconds(301)) == [])
        var report = pool.report(at: .seconds(1))[0]
        #expect((report.inFlight, report.tally.answered) == (1, 0))
        #expect(report.latency == 0.3)
        #expect(pool.answered(attempt, at: .seconds(9)) == [])
        report = pool.report(at: .seconds(9))[0]
        #expect((report.inFlight, report.tally.answered) == (0, 1))
        #expect(report.latency == 0.3)
    }

    @Test("Before the first part another member gets the request; after it nobody does, and the failure counts")
    func retryOnlyBefore() throws {
        var pool = Self.pool(2)
        let first = try #require(Self.starts(pool.ask(1, Self.terms(), at: .zero)).first)
        let second = try #require(Self.starts(pool.failed(first.attempt, .cut, at: .milliseconds(1))).first)
        #expect(second.member != first.member)
        _ = pool.begun(second.attempt, at: .milliseconds(2))
        #expect(pool.failed(second.attempt, .cut, at: .seconds(1)) == [])
        #expect(pool.report(at: .seconds(1)).allSatisfy { $0.tally.failed == ["disconnected": 1] && $0.inFlight == 0 })
    }

    @Test("A member whose streams all break off is taken out, though each of them begins")
    func breaksOff() throws {
        var pool = Self.pool(1)
        for ticket in 1...3 {
            let started = Self.starts(pool.ask(UInt64(ticket), Self.terms(), at: .zero))
            let attempt = try #require(started.first).attempt
            _ = pool.begun(attempt, at: .milliseconds(1))
            _ = pool.failed(attempt, .cut, at: .milliseconds(2))
        }
        #expect(pool.report(at: .milliseconds(2))[0].state == .open)
    }

    @Test("While nothing is known of the others, a request that hangs goes to another one in time; the first has it")
    func late() throws {
        var pool = Self.pool(2)
        let terms = Self.terms(lateAfter: .seconds(5))
        let first = try #require(Self.starts(pool.ask(1, terms, at: .zero)).first)
        #expect(pool.nextWake(after: .zero) == .seconds(5))
        #expect(Self.starts(pool.advance(to: .seconds(4))).isEmpty)
        let second = try #require(Self.starts(pool.advance(to: .seconds(5))).first)
        #expect(second.member != first.member)
        let steps = pool.begun(second.attempt, at: .seconds(6))
        #expect(steps == [.stop(first.attempt), .settle(1, .answered(second.attempt))])
        // It begins all the same, in the moment in which it is being stopped.
        #expect(pool.begun(first.attempt, at: .seconds(6)) == [])
        #expect(pool.report(at: .seconds(6))[first.member].inFlight == 0)
        #expect(pool.failed(first.attempt, .abandoned, at: .seconds(6)) == [])
    }

    @Test("A stream that has begun is never late")
    func slowStream() throws {
        var pool = Self.pool(2)
        let first = try #require(Self.starts(pool.ask(1, Self.terms(lateAfter: .seconds(5)), at: .zero)).first)
        _ = pool.begun(first.attempt, at: .seconds(1))
        #expect(pool.nextWake(after: .seconds(1)) == nil)
        #expect(pool.advance(to: .seconds(500)) == [])
        #expect(pool.report(at: .seconds(500)).allSatisfy { $0.isWell })
    }

    @Test("A probe shows with its first part that the member is well, and may break off later")
    func probe() throws {
        var pool = try Self.brokenPool()
        let probe = try #require(Self.starts(pool.ask(9, Self.terms(), at: .seconds(1))).first).attempt
        #expect(pool.report(at: .seconds(1))[0].state == .halfOpen)
        _ = pool.begun(probe, at: .seconds(2))
        #expect(pool.report(at: .seconds(2))[0].state == .closed)
        _ = pool.failed(probe, .cut, at: .seconds(3))
        #expect(pool.report(at: .seconds(3))[0].state == .closed)
        #expect(pool.report(at: .seconds(3))[0].errorRate == 0.5)
    }

    @Test("A server that is alone is waited for, also when it shows by a probe that it is well")
    func alone() throws {
        var pool = try Self.brokenPool()
        let terms = Self.terms(lateAfter: .seconds(5))
        let probe = try #require(Self.starts(pool.ask(9, terms, at: .seconds(1))).first).attempt
        #expect(pool.advance(to: .seconds(7)) == [])
        _ = pool.begun(probe, at: .seconds(9))
        #expect(pool.report(at: .seconds(9))[0].state == .closed)
    }

    @Test("What the request alone decides on is no latency, and is waited for")
    func unmeasured() throws {
        var pool = Self.pool(2)
        let terms = Self.terms(deadline: .seconds(600), lateAfter: .seconds(5), isMeasured: false)
        let attempt = try #require(Self.starts(pool.ask(1, terms, at: .zero)).first).attempt
        #expect(pool.nextWake(after: .zero) == nil)
        _ = pool.begun(attempt, at: .seconds(60))
        _ = pool.answered(attempt, at: .seconds(61))
        let reports = pool.report(at: .seconds(61))
        #expect(reports.allSatisfy { $0.latency == nil && $0.state == .closed })
        #expect(reports.map(\.tally.answered).reduce(0, +) == 1)
    }

    @Test("A server that loads is asked again until the deadline, where that is wanted", arguments: [true, false])
    func loading(isWanted: Bool) {
        var plan = RetryPlan()
        plan.waitsForLoading = isWanted
        let unready = Setback.status(503, retryAfter: nil)
        func next(_ setback: Setback, at now: Duration) -> Duration? {
            plan.next(after: setback, retries: 9, hasOther: false, at: now, deadline: .seconds(15), random: 0.5)
        }
        #expect((next(unready, at: .seconds(3)) != nil) == isWanted)
        #expect(next(unready, at: .seconds(15)) == nil)
        #expect(next(.status(500, retryAfter: nil), at: .seconds(3)) == nil)
    }
}
