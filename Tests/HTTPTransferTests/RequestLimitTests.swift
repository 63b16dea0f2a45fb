import Synchronization
import TestSupport
import Testing

@testable import HTTPTransfer

@Suite("Request limit", .timeLimit(.minutes(1)))
struct RequestLimitTests {
    enum Failure: Error { case cancelled }

    @Test("Lets waiting tasks proceed in the order they came, without the one that was cancelled")
    func order() async throws {
        let limit = RequestLimit(1)
        let first = Gate()
        let order = Order()
        let running = Task { try await pass(limit) { await first.wait() } }
        await until { first.isWaitedFor }
        var waiters: [Task<Void, any Error>] = []
        for index in 0..<4 {
            waiters.append(
                Task {
                    try await pass(limit) { order.append(index) }
                }
            )
            await until { limit.waiting == index + 1 }
        }
        waiters[1].cancel()
        await #expect(throws: Failure.cancelled) { try await waiters[1].value }
        #expect(limit.waiting == 3)
        first.open()
        try await running.value
        for index in [0, 2, 3] { try await waiters[index].value }
        #expect(order.values == [0, 2, 3])
    }

    @Test("A task that is cancelled already never proceeds")
    func cancelledBefore() async {
        let limit = RequestLimit(1)
        let gate = Gate()
        let task = Task {
            await gate.wait()
            try await pass(limit) { Issue.record("Proceeded") }
        }
        await until { gate.isWaitedFor }
        task.cancel()
        gate.open()
        await #expect(throws: Failure.cancelled) { try await task.value }
        #expect(limit.waiting == 0)
    }

    @Test("Work that throws gives its turn back")
    func throwing() async throws {
        let limit = RequestLimit(1)
        for _ in 0..<3 {
            await #expect(throws: Failure.self) {
                try await limit.run(cancelled: .cancelled) { () throws(Failure) in throw .cancelled }
            }
        }
    }

    private func pass(_ limit: RequestLimit, _ work: @Sendable () async -> Void) async throws(Failure) {
        try await limit.run(cancelled: .cancelled) { () async throws(Failure) in await work() }
    }
}

private final class Order: Sendable {
    private let state = Mutex<[Int]>([])

    var values: [Int] { state.withLock { $0 } }

    func append(_ value: Int) { state.withLock { $0.append(value) } }
}
