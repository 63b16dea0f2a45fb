import Synchronization
import TestSupport
import Testing
import Turns

@Suite("Turns", .timeLimit(.minutes(1)))
struct TurnsTests {
    @Test("Come to waiting tasks in the order they came, without the one that was cancelled")
    func order() async throws {
        let turns = Turns(1)
        let first = Gate()
        let order = Order()
        let running = Task { try await Self.pass(turns) { await first.wait() } }
        await until { first.isWaitedFor }
        var waiters: [Task<Void, any Error>] = []
        for index in 0..<4 {
            waiters.append(Task { try await Self.pass(turns) { order.append(index) } })
            await until { turns.waiting == index + 1 }
        }
        waiters[1].cancel()
        await #expect(throws: Turns.Refusal.cancelled) { try await waiters[1].value }
        #expect(turns.waiting == 3)
        first.open()
        try await running.value
        for index in [0, 2, 3] { try await waiters[index].value }
        #expect(order.values == [0, 2, 3])
    }

    @Test("Are no more at once than the limit")
    func bound() async {
        let turns = Turns(3)
        let crowd = Crowd()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await #expect(throws: Never.self) {
                        try await Self.pass(turns) {
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

    @Test("Are refused when too many wait")
    func full() async throws {
        let turns = Turns(1, maximumWaiting: 1)
        let first = Gate()
        let held = Task { try await Self.pass(turns) { await first.wait() } }
        await until { first.isWaitedFor }
        let waiting = Task { try await Self.pass(turns) {} }
        await until { turns.waiting == 1 }
        await #expect(throws: Turns.Refusal.full) { try await Self.pass(turns) {} }
        first.open()
        try await held.value
        try await waiting.value
        try await Self.pass(turns) {}
    }

    @Test("Never come to a task that is cancelled already")
    func cancelledBefore() async {
        let turns = Turns(1)
        let gate = Gate()
        let task = Task {
            await gate.wait()
            try await Self.pass(turns) { Issue.record("Proceeded") }
        }
        await until { gate.isWaitedFor }
        task.cancel()
        gate.open()
        await #expect(throws: Turns.Refusal.cancelled) { try await task.value }
        #expect(turns.waiting == 0)
    }

    @Test("Are given back by work that throws")
    func throwing() async throws {
        let turns = Turns(1)
        for _ in 0..<3 {
            await #expect(throws: Turns.Refusal.self) {
                try await turns.run(orThrow: { $0 }) { () throws(Turns.Refusal) in throw .cancelled }
            }
        }
    }

    private static func pass(_ turns: Turns, _ work: @Sendable () async -> Void) async throws(Turns.Refusal) {
        try await turns.run(orThrow: { $0 }) { () async throws(Turns.Refusal) in await work() }
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
