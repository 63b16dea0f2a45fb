import TestSupport
import Testing

@testable import Backends

@Suite("Dispatcher", .timeLimit(.minutes(1)))
struct DispatcherTests {
    fileprivate struct Oops: Error, Equatable {}
    private typealias Pool = Dispatcher<String, Oops, ManualClock>

    private let clock = ManualClock()

    private func terms(_ session: UInt64 = 1) -> BackendPool.Terms {
        BackendPool.Terms(party: Party(session: session), cost: 1, deadline: .zero)
    }

    /// Runs `body` while a dispatcher serves.
    private func with(
        _ members: [MemberTerms],
        _ body: @escaping @Sendable (Pool) async throws -> Void
    ) async throws {
        let pool = Pool(BackendPool(members), clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            try await body(pool)
            group.cancelAll()
        }
    }

    @Test("Brings the answer of the member that has it")
    func answer() async throws {
        try await with([MemberTerms(name: "a")]) { pool in
            let served = try await pool.serve(terms(), within: .seconds(1)) { .success("member \($0)") }
            #expect(served.answer == "member 0")
            #expect(pool.read { pool, _ in pool.members[0].inFlight } == 0)
        }
    }

    @Test("Tries another member at once, and tells the last failure when all have failed")
    func retry() async throws {
        try await with([MemberTerms(name: "a"), MemberTerms(name: "b")]) { pool in
            let served = try await pool.serve(terms(), within: .seconds(9)) { member in
                member == 0 ? .failure(.init(.cut, Oops())) : .success("b")
            }
            #expect(served.member == 1)
            let error = await #expect(throws: Refusal<Oops>.self) {
                try await pool.serve(terms(), within: .seconds(9)) { _ in
                    .failure(.init(.status(400, retryAfter: nil), Oops()))
                }
            }
            guard case .failed(Oops()) = error else { throw Oops() }
        }
    }

    @Test("Sends it again when the pause is over")
    func pause() async throws {
        try await with([MemberTerms(name: "a")]) { pool in
            let calls = Gate()
            async let served = pool.serve(terms(), within: .seconds(60)) { _ in
                if calls.isOpen { return .success("at last") }
                calls.open()
                return .failure(.init(.status(429, retryAfter: .seconds(5)), Oops()))
            }
            await until { calls.isOpen && pool.waiting == 1 && clock.sleepers > 0 }
            clock.advance(by: .seconds(4))
            #expect(pool.waiting == 1)
            clock.advance(by: .seconds(1))
            let answer = try await served.answer
            #expect(answer == "at last")
        }
    }

    @Test("A request that hangs is handed over, and the hanging attempt is cancelled")
    func handover() async throws {
        try await with([MemberTerms(name: "a"), MemberTerms(name: "b")]) { pool in
            for _ in 0..<8 { _ = try await pool.serve(terms(), within: .seconds(9)) { .success("\($0)") } }
            let hung = Gate()
            let stopped = Gate()
            async let served = pool.serve(terms(), within: .seconds(60)) { member in
                if hung.isOpen { return .success("other") }
                hung.open()
                while !Task.isCancelled { await Task.yield() }
                stopped.open()
                return .failure(.init(.abandoned, Oops()))
            }
            await until { hung.isOpen && clock.sleepers > 0 }
            clock.advance(by: .milliseconds(250))
            let answer = try await served.answer
            #expect(answer == "other")
            await stopped.wait()
            await until { pool.read { pool, _ in pool.members.allSatisfy { $0.inFlight == 0 } } }
        }
    }

    @Test("Cancelling takes a request out, wherever it is")
    func cancellation() async throws {
        try await with([MemberTerms(name: "a", concurrency: 1)]) { pool in
            let first = Task {
                try await pool.serve(terms(1), within: .seconds(60)) { _ in
                    while !Task.isCancelled { await Task.yield() }
                    return .failure(.init(.abandoned, Oops()))
                }
            }
            await until { pool.read { pool, _ in pool.members[0].inFlight } == 1 }
            let second = Task { try await pool.serve(terms(2), within: .seconds(60)) { _ in .success("") } }
            await until { pool.waiting == 1 }
            second.cancel()
            await #expect(throws: Refusal<Oops>.self) { try await second.value }
            first.cancel()
            await #expect(throws: Refusal<Oops>.self) { try await first.value }
            await until { pool.read { pool, _ in pool.members[0].inFlight } == 0 }
            #expect(pool.waiting == 0)
            let third = try await pool.serve(terms(3), within: .seconds(60)) { _ in .success("free") }
            #expect(third.answer == "free")
        }
    }

    @Test("When it stops, everyone hears so, also who comes later")
    func closing() async throws {
        let pool = Pool(BackendPool([MemberTerms(name: "a")]), clock: clock)
        let running = Task { await pool.run() }
        let asking = Task {
            try await pool.serve(terms(), within: .seconds(60)) { _ in
                while !Task.isCancelled { await Task.yield() }
                return .failure(.init(.abandoned, Oops()))
            }
        }
        await until { pool.read { pool, _ in pool.members[0].inFlight } == 1 }
        running.cancel()
        await running.value
        await #expect(throws: Refusal<Oops>.self) { try await asking.value }
        await #expect(throws: Refusal<Oops>.self) {
            try await pool.serve(terms(), within: .seconds(60)) { _ in .success("") }
        }
    }
}
