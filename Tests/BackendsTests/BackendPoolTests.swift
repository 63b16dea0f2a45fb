import TestSupport
import Testing

@testable import Backends

@Suite("Backend pool", .timeLimit(.minutes(3)))
struct BackendPoolTests {
    @Test(
        "Random faults: limits hold, each request has one outcome, an open breaker gets its probe alone",
        arguments: 0..<100
    )
    func faults(seed: Int) {
        var plan = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...4, using: &plan)
        let members = (0..<count).map { index in
            MemberTerms(
                name: "\(index)",
                models: Bool.random(using: &plan) || index == 0 ? [] : ["m"],
                weight: Double.random(in: 0.5...4, using: &plan),
                concurrency: Int.random(in: 1...6, using: &plan),
                tier: Int.random(in: 0...1, using: &plan),
                adapts: Bool.random(using: &plan)
            )
        }
        // How likely each member fails, in stretches of five seconds, and how slow it is then.
        let stretches: [[(failure: Double, slowness: Int)]] = (0..<count).map { _ in
            (0..<20).map { _ in
                ([0, 0, 0.3, 1].randomElement(using: &plan) ?? 0, [1, 1, 10, 200].randomElement(using: &plan) ?? 1)
            }
        }
        var rules = BackendPool.Rules()
        rules.hedges = Bool.random(using: &plan)
        // Every other time the answers are streams, of which some break off.
        let tail: PoolSimulation.Tail? =
            seed % 2 == 0
            ? nil
            : { dice in
                let time = Duration.milliseconds(Int.random(in: 0...3_000, using: &dice))
                return (time, Int.random(in: 0..<5, using: &dice) == 0 ? .cut : nil)
            }
        var simulation = PoolSimulation(members, rules: rules, seed: UInt64(seed), tail: tail) { member, now, dice in
            let (failure, slowness) = stretches[member][min(Int(now / Duration.seconds(5)), 19)]
            let time = Duration.milliseconds(Int.random(in: 20...80, using: &dice) * slowness)
            guard Double.random(in: 0..<1, using: &dice) < failure else { return (time, nil) }
            let setbacks: [Setback] = [
                .unreachable, .timedOut, .cut, .garbled, .status(500, retryAfter: nil), .status(400, retryAfter: nil),
                .status(429, retryAfter: .seconds(1)), .status(503, retryAfter: nil), .broken,
            ]
            return (time, setbacks.randomElement(using: &dice))
        }
        for ticket in 0..<300 {
            let time = Duration.milliseconds(Int.random(in: 0...60_000, using: &plan))
            let patience = Duration.milliseconds(Int.random(in: 100...20_000, using: &plan))
            let key: String? = ["a", "b", nil][Int.random(in: 0...2, using: &plan)]
            simulation.ask(
                UInt64(ticket),
                at: time,
                party: Party(key: key, session: UInt64(ticket % 7)),
                cost: Int.random(in: 9_000...400_000, using: &plan),
                kind: Int.random(in: 1...4, using: &plan),
                model: Bool.random(using: &plan) ? "m" : nil,
                within: patience,
                isAhead: ticket % 10 == 0,
                lateAfter: seed % 4 == 3 ? .seconds(1) : nil
            )
            if ticket % 9 == 0 { simulation.cancel(UInt64(ticket), at: time + .milliseconds(ticket)) }
        }
        simulation.run()
        #expect(simulation.settled.count + simulation.cancelled.count == 300)
        #expect(simulation.pool.jobs.isEmpty && simulation.pool.attempts.isEmpty)
        #expect(simulation.pool.waitingCount == 0 && simulation.pool.seconds.isEmpty)
        #expect(simulation.pool.members.allSatisfy { $0.inFlight == 0 })
        #expect(simulation.pool.presence.held.isEmpty && simulation.pool.presence.heldByKey.isEmpty)
        #expect(Double(simulation.pool.hedged) <= 0.05 * Double(simulation.pool.asked))
    }

    @Test("Hedging sends few requests twice, and shortens the waits for single slow answers")
    func hedging() {
        func slowest(hedges: Bool) -> (Double, Int) {
            var rules = BackendPool.Rules()
            rules.hedges = hedges
            let members = (0..<2).map { MemberTerms(name: "\($0)", adapts: false) }
            var simulation = PoolSimulation(members, rules: rules) { _, _, dice in
                (Int.random(in: 0..<50, using: &dice) == 0 ? .milliseconds(240) : .milliseconds(20), nil)
            }
            for ticket in 0..<2_000 { simulation.ask(UInt64(ticket), at: .milliseconds(ticket * 30)) }
            simulation.run()
            let times = simulation.settled.map { ($1.time - (simulation.asked[$0] ?? .zero)).seconds }
            return (times.sorted()[1_980], simulation.pool.hedged)
        }
        let (without, none) = slowest(hedges: false)
        let (with, hedged) = slowest(hedges: true)
        #expect(none == 0 && (1...100).contains(hedged))
        #expect(with < without / 2, "\(with) s instead of \(without) s")
    }

    @Test("Operators hear when a member is taken out, and when it is back")
    func notices() {
        var pool = BackendPool([MemberTerms(name: "a", adapts: false), MemberTerms(name: "b", tier: 1)])
        func ask(_ ticket: UInt64, at time: Duration, _ setback: Setback?) {
            let terms = BackendPool.Terms(party: Party(session: ticket), cost: 1, deadline: .seconds(60))
            for case .start(let attempt, _, let member) in pool.ask(ticket, terms, at: time) {
                if let setback, member == 0 {
                    _ = pool.failed(attempt, setback, at: time)
                } else {
                    _ = pool.answered(attempt, at: time)
                }
            }
        }
        for ticket in 0..<3 { ask(UInt64(ticket), at: .zero, .unreachable) }
        guard case .out(member: 0, isSlow: false, _) = pool.takeNotices().first else {
            Issue.record("nothing was told")
            return
        }
        ask(9, at: .seconds(2), nil)
        #expect(pool.takeNotices() == [.back(member: 0)])
    }

    @Test("The member with the least expected time to completion is chosen")
    func choice() {
        let members = [MemberTerms(name: "a", adapts: false), MemberTerms(name: "b", weight: 3, adapts: false)]
        var simulation = PoolSimulation(members) { _, _, _ in (.seconds(1), nil) }
        for ticket in 0..<8 { simulation.ask(UInt64(ticket), at: .zero, party: Party(session: UInt64(ticket))) }
        simulation.run()
        #expect(simulation.starts.count { $0.member == 1 } == 6)
    }

    @Test("The next tier serves only while none of the first can, and a full first tier is waited for")
    func tiers() {
        let members = [
            MemberTerms(name: "a", concurrency: 1), MemberTerms(name: "b", concurrency: 8, tier: 1, adapts: false),
        ]
        var simulation = PoolSimulation(members) { member, now, _ in
            (.milliseconds(100), member == 0 && now > .seconds(5) ? .unreachable : nil)
        }
        for ticket in 0..<20 { simulation.ask(UInt64(ticket), at: .milliseconds(ticket * 10)) }
        for ticket in 20..<30 { simulation.ask(UInt64(ticket), at: .seconds(6) + .milliseconds(ticket)) }
        simulation.run()
        #expect(simulation.starts.prefix(20).allSatisfy { $0.member == 0 })
        #expect(simulation.starts.contains { $0.member == 1 })
        for settled in simulation.settled.values { #expect(settled.outcome.isAnswer) }
    }

    @Test("A model that a member names is served there alone, any other by the others")
    func routing() {
        let members = [MemberTerms(name: "a", models: ["big"]), MemberTerms(name: "b")]
        var simulation = PoolSimulation(members) { _, _, _ in (.milliseconds(10), nil) }
        for (ticket, model) in ["big", "other", nil, "big"].enumerated() {
            simulation.ask(UInt64(ticket), at: .seconds(ticket), model: model)
        }
        simulation.run()
        #expect(simulation.starts.map(\.member) == [0, 1, 1, 0])
    }

    @Test("What no member can serve in time fails at once, not at its deadline")
    func hopeless() throws {
        var simulation = PoolSimulation([MemberTerms(name: "a")]) { _, _, _ in (.milliseconds(1), .unreachable) }
        for ticket in 0..<5 { simulation.ask(UInt64(ticket), at: .milliseconds(ticket * 10), within: .seconds(60)) }
        simulation.ask(9, at: .milliseconds(600), within: .milliseconds(400))
        simulation.run()
        let late = try #require(simulation.settled[9])
        #expect(late.time < .milliseconds(1_000))
        // The others end once the pause is longer than the time that is left.
        #expect(simulation.settled.values.allSatisfy { $0.time < .seconds(59) })
    }

    @Test("Retry-After leaves the member alone for that long")
    func retryAfter() {
        var simulation = PoolSimulation([MemberTerms(name: "a")]) { _, now, _ in
            (.milliseconds(1), now < .seconds(3) ? .status(429, retryAfter: .seconds(3)) : nil)
        }
        simulation.ask(1, at: .zero)
        simulation.ask(2, at: .seconds(1))
        simulation.run()
        #expect(simulation.starts.map { $0.time > .seconds(3) } == [false, true, true])
        #expect(simulation.settled.values.allSatisfy { $0.outcome.isAnswer })
    }
}

extension BackendPool.Outcome {
    var isAnswer: Bool { if case .answered = self { true } else { false } }
}
