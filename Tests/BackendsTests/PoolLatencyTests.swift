import TestSupport
import Testing

@testable import Backends

@Suite("What a failing backend costs", .timeLimit(.minutes(2)))
struct PoolLatencyTests {
    private static let members = (0..<3).map { MemberTerms(name: "\($0)", concurrency: 8) }

    private static func healthy(_ dice: inout SeededGenerator) -> Duration {
        .milliseconds(Int.random(in: 80...120, using: &dice))
    }

    /// The 99th percentile of 2,000 requests, 30 a second, of which none fails.
    private func p99(_ members: [MemberTerms], _ play: @escaping PoolSimulation.Play) -> Double {
        var simulation = PoolSimulation(members, seed: 7, play: play)
        var dice = SeededGenerator(seed: 3)
        var time = Duration.zero
        for ticket in 0..<2_000 {
            time += .milliseconds(Int.random(in: 0...66, using: &dice))
            simulation.ask(UInt64(ticket), at: time, party: Party(session: UInt64(ticket % 20)))
        }
        simulation.run()
        #expect(simulation.settled.values.allSatisfy { $0.outcome.isAnswer })
        let times = simulation.settled.map { ticket, settled in
            (settled.time - (simulation.asked[ticket] ?? .zero)).seconds
        }
        return times.sorted()[times.count * 99 / 100]
    }

    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        var play: @Sendable (Duration, inout SeededGenerator) -> (Duration, Setback?)
    }

    static let faults = [
        Fault(testDescription: "500s") { _, _ in (.milliseconds(5), .status(500, retryAfter: nil)) },
        Fault(testDescription: "429 with Retry-After") { _, _ in
            (.milliseconds(5), .status(429, retryAfter: .seconds(1)))
        },
        Fault(testDescription: "cut") { _, dice in (healthy(&dice), .cut) },
        Fault(testDescription: "flapping") { now, dice in
            Int(now / .seconds(1)) % 2 == 0 ? (healthy(&dice), nil) : (.milliseconds(5), .unreachable)
        },
        Fault(testDescription: "slow") { _, dice in (healthy(&dice) * 10, nil) },
        Fault(testDescription: "hanging") { _, _ in (.seconds(30), .timedOut) },
    ]

    @Test("One of three failing adds less than a third to the p99 of the others alone", arguments: faults)
    func failing(fault: Fault) {
        let alone = p99(Array(Self.members.prefix(2))) { _, _, dice in (Self.healthy(&dice), nil) }
        let failing = p99(Self.members) { member, now, dice in
            member == 2 ? fault.play(now, &dice) : (Self.healthy(&dice), nil)
        }
        #expect(failing <= 1.3 * alone, "\(failing) s over \(alone) s")
    }

    @Test("A flood of long requests leaves short ones nearly as quick as alone")
    func flood() {
        func p95(withFlood: Bool) -> Double {
            var simulation = PoolSimulation(Array(Self.members.prefix(2))) { _, _, dice in (Self.healthy(&dice), nil) }
            var dice = SeededGenerator(seed: 5)
            if withFlood {
                for ticket in 0..<2_000 {
                    simulation.ask(
                        UInt64(ticket),
                        at: .zero,
                        party: Party(session: 99),
                        cost: 400_000,
                        kind: 1,
                        within: .seconds(600)
                    )
                }
            }
            for ticket in 10_000..<10_400 {
                simulation.ask(
                    UInt64(ticket),
                    at: .milliseconds((ticket - 10_000) * 100 + Int.random(in: 0...50, using: &dice)),
                    party: Party(session: UInt64(ticket % 2)),
                    cost: 56_000
                )
            }
            simulation.run()
            let times = simulation.settled.filter { $0.key >= 10_000 }.map { ticket, settled in
                (settled.time - (simulation.asked[ticket] ?? .zero)).seconds
            }
            return times.sorted()[times.count * 95 / 100]
        }
        let (alone, flooded) = (p95(withFlood: false), p95(withFlood: true))
        #expect(flooded <= 1.2 * alone, "\(flooded) s over \(alone) s")
    }

    @Test("Keys share equally whatever the number of their sessions")
    func keys() {
        var simulation = PoolSimulation([MemberTerms(name: "a", concurrency: 1)]) { _, _, _ in (.milliseconds(100), nil)
        }
        for ticket in 0..<90 {
            let key = ticket % 10 == 0 ? "few" : "many"
            simulation.ask(
                UInt64(ticket),
                at: .zero,
                party: Party(key: key, session: UInt64(ticket % 10)),
                cost: 80_000,
                within: .seconds(100)
            )
        }
        simulation.run()
        let first = simulation.starts.prefix(18)
        #expect((8...10).contains(first.count { $0.ticket % 10 == 0 }))
    }
}
