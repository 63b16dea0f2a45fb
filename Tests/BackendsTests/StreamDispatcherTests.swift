import Synchronization
import TestSupport
import Testing

@testable import Backends

@Suite("Dispatcher of streams", .timeLimit(.minutes(1)))
struct StreamDispatcherTests {
    private struct Oops: Error, Equatable {}
    private typealias Pool = Dispatcher<String, Oops, ManualClock>

    private let clock = ManualClock()
    private let outcomes = Outcomes()

    /// What was told of attempts.
    private final class Outcomes: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func add(_ member: Int, _ outcome: String, _ time: Duration) {
            list.withLock { $0.append("\(member) \(outcome) \(time)") }
        }
    }

    private func terms() -> BackendPool.Terms {
        BackendPool.Terms(party: Party(session: 1), cost: 1, deadline: .zero)
    }

    private func with(_ count: Int, _ body: @escaping @Sendable (Pool) async throws -> Void) async throws {
        let members = (0..<count).map { MemberTerms(name: "\($0)", concurrency: 1, adapts: false) }
        let pool = Pool(BackendPool(members), clock: clock, onAttempt: { [outcomes] in outcomes.add($0, $1, $2) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            try await body(pool)
            group.cancelAll()
        }
    }

    private func inFlight(_ pool: Pool) -> Int { pool.read { pool, _ in pool.members.map(\.inFlight).reduce(0, +) } }

    @Test("Hands the answer over once it has begun, and waits for its end to free the place")
    func open() async throws {
        try await with(1) { pool in
            let served = try await pool.open(terms(), within: .seconds(15)) { member, left in
                clock.advance(by: .seconds(2))
                return .success("\(member), \(left)")
            }
            #expect(served.answer == "0, \(Duration.seconds(15))")
            #expect(inFlight(pool) == 1)
            #expect(outcomes.all == [])
            let next = Task { try await pool.open(terms(), within: .seconds(60)) { _, left in .success("\(left)") } }
            await until { pool.waiting == 1 }
            clock.advance(by: .seconds(30))
            served.place?.end()
            served.place?.end(.cut)
            // What it waited is gone from the time that it has.
            let second = try await next.value
            #expect(second.answer == "\(Duration.seconds(30))")
            #expect(outcomes.all == ["0 answered \(Duration.seconds(2))"])
            second.place?.end()
            #expect(inFlight(pool) == 0)
        }
    }

    @Test("What breaks off is counted against the member; what is let go of only frees the place")
    func ends() async throws {
        try await with(1) { pool in
            let broken = try await pool.open(terms(), within: .seconds(15)) { _, _ in .success("") }
            broken.place?.end(.timedOut)
            #expect(outcomes.all == ["0 timeout \(Duration.zero)"])
            _ = try await pool.open(terms(), within: .seconds(15)) { _, _ in .success("") }
            await until { inFlight(pool) == 0 }
            #expect(outcomes.all.count == 1)
            #expect(pool.read { pool, _ in pool.members[0].tally.abandoned } == 1)
        }
    }

    @Test("An answer that begins when nobody wants it any more is dropped with its place")
    func tooLate() async throws {
        try await with(1) { pool in
            let (hasStarted, mayBegin) = (Gate(), Gate())
            let task = Task {
                try await pool.open(terms(), within: .seconds(15)) { _, _ in
                    hasStarted.open()
                    await mayBegin.wait()
                    return .success("")
                }
            }
            await hasStarted.wait()
            task.cancel()
            await #expect(throws: Refusal<Oops>.self) { try await task.value }
            #expect(inFlight(pool) == 1)
            mayBegin.open()
            await until { inFlight(pool) == 0 }
            #expect(outcomes.all == [])
        }
    }

    @Test("Before the first part it is tried elsewhere, at once")
    func failover() async throws {
        try await with(2) { pool in
            let served = try await pool.open(terms(), within: .seconds(15)) { member, _ in
                member == 0 ? .failure(.init(.cut, Oops())) : .success("other")
            }
            #expect((served.member, served.answer) == (1, "other"))
            #expect(outcomes.all == ["0 disconnected \(Duration.zero)"])
            served.place?.end()
        }
    }
}
