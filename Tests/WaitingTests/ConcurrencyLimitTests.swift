import Synchronization
import TestSupport
import Testing
import Waiting

@Suite("Concurrency limit", .timeLimit(.minutes(1)))
struct ConcurrencyLimitTests {
    @Test("Lets waiting tasks proceed in the order they came, without the one that was cancelled")
    func order() async throws {
        let limit = ConcurrencyLimit(1)
        let first = Gate()
        let order = Order()
        let running = Task { try await Self.pass(limit) { await first.wait() } }
        await until { first.isWaitedFor }
        var waiters: [Task<Void, any Error>] = []
        for index in 0..<4 {
            waiters.append(Task { try await Self.pass(limit) { order.append(index) } })
            await until { limit.waiting == index + 1 }
        }
        waiters[1].cancel()
        await #expect(throws: ConcurrencyLimit.Refusal.cancelled) { try await waiters[1].value }
        #expect(limit.waiting == 3)
        first.open()
        try await running.value
        for index in [0, 2, 3] { try await waiters[index].value }
        #expect(order.values == [0, 2, 3])
    }

    @Test("Lets no more proceed at once than it says")
    func bound() async {
        let limit = ConcurrencyLimit(3)
        let crowd = Crowd()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await #expect(throws: Never.self) {
                        try await Self.pass(limit) {
                            crowd.enter()
                            for _ in 0..<5 { await Task.yield() }
                            crowd.leave()
                        }
                    }
                }
            }
        }
        #expect(crowd.most <= 3)
        #expect(crowd.visits == 50)
    }

    @Test("Refuses when too many wait")
    func full() async throws {
        let limit = ConcurrencyLimit(1, maximumWaiting: 1)
        let first = Gate()
        let held = Task { try await Self.pass(limit) { await first.wait() } }
        await until { first.isWaitedFor }
        let waiting = Task { try await Self.pass(limit) {} }
        await until { limit.waiting == 1 }
        await #expect(throws: ConcurrencyLimit.Refusal.full) { try await Self.pass(limit) {} }
        first.open()
        try await held.value
        try await waiting.value
        try await Self.pass(limit) {}
    }

    @Test("Never lets a task proceed that is cancelled already")
    func cancelledBefore() async {
        let limit = ConcurrencyLimit(1)
        let gate = Gate()
        let task = Task {
            await gate.wait()
            try await Self.pass(limit) { Issue.record("Proceeded") }
        }
        await until { gate.isWaitedFor }
        task.cancel()
        gate.open()
        await #expect(throws: ConcurrencyLimit.Refusal.cancelled) { try await task.value }
        #expect(limit.waiting == 0)
    }

    @Test("Counts work that throws as ended")
    func throwing() async throws {
        let limit = ConcurrencyLimit(1)
        for _ in 0..<3 {
            await #expect(throws: ConcurrencyLimit.Refusal.self) {
                try await limit.run(orThrow: { $0 }) { () throws(ConcurrencyLimit.Refusal) in throw .cancelled }
            }
        }
    }

    private static func pass(
        _ limit: ConcurrencyLimit,
        _ work: @Sendable () async -> Void
    ) async throws(ConcurrencyLimit.Refusal) {
        try await limit.run(orThrow: { $0 }) { () async throws(ConcurrencyLimit.Refusal) in await work() }
    }
}

private final class Order: Sendable {
    private let state = Mutex<[Int]>([])

    var values: [Int] { state.withLock { $0 } }

    func append(_ value: Int) { state.withLock { $0.append(value) } }
}

/// Counts who is inside.
private final class Crowd: Sendable {
    private struct State {
        var now = 0
        var most = 0
        var visits = 0
    }

    private let state = Mutex(State())

    var most: Int { state.withLock { $0.most } }
    var visits: Int { state.withLock { $0.visits } }

    func enter() {
        state.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() {
        state.withLock {
            $0.now -= 1
            $0.visits += 1
        }
    }
}
