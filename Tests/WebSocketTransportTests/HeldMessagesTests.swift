import Limits
import NIOCore
import Synchronization
import Testing

@testable import WebSocketTransport

@Suite("Messages that wait for the handler", .timeLimit(.minutes(1)))
struct HeldMessagesTests {
    private static func item(_ size: Int) -> HeldMessages.Item {
        HeldMessages.Item(message: .binary(ByteBuffer(repeating: 1, count: size)))
    }

    private static func held(
        limit: Int = 1 << 20,
        budget: MemoryBudget = MemoryBudget(limit: .max),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        report: @escaping HeldMessages.Report = { _, _ in }
    ) -> HeldMessages {
        var configuration = WebSocketConfiguration()
        configuration.maxHeldBytes = limit
        return HeldMessages(configuration, budget: budget, now: now, report: report)
    }

    @Test("Count their overhead, so that a flood of small ones waits for room")
    func overhead() async throws {
        let held = Self.held(limit: 10_000)
        let added = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while await held.add(Self.item(1)) { added.increment() }
            }
            while added.value < 10_000 / (1 + HeldMessages.overhead) { await Task.yield() }
            for _ in 0..<100 { #expect(try await held.next() != nil) }
            #expect(added.value <= 100 + 10_000 / HeldMessages.overhead)
            held.discard()
            try await group.waitForAll()
        }
    }

    @Test("Are counted in the budget; without room there they wait for those before them, not for other connections")
    func budget() async throws {
        let budget = MemoryBudget(limit: 100_000)
        let other = budget.makeShare()
        let held = Self.held(budget: budget)
        for _ in 0..<3 { #expect(await held.add(Self.item(30_000))) }
        #expect(budget.used == 30_000 + HeldMessages.overhead)
        #expect(other.grow(by: 60_000))

        async let fourth = held.add(Self.item(30_000))
        for _ in 0..<3 { #expect(try await held.next() != nil) }
        #expect(await fourth)
        #expect(try await held.next() != nil)
        #expect(budget.used == 60_000)
    }

    @Test("Are reported once a minute when the first has waited for long")
    func backlog() async {
        let start = ContinuousClock.now
        let seconds = Mutex(0)
        let reports = Mutex<[Duration]>([])
        let held = Self.held {
            start + .seconds(seconds.withLock(\.self))
        } report: { waited, _ in
            reports.withLock { $0.append(waited) }
        }
        for second in stride(from: 0, through: 100, by: 5) {
            seconds.withLock { $0 = second }
            _ = await held.add(Self.item(10))
        }
        #expect(reports.withLock(\.self) == [.seconds(10), .seconds(70)])
    }

    @Test("Are given before the error that ends them, and nothing after it")
    func failure() async throws {
        let held = Self.held()
        _ = await held.add(Self.item(1))
        held.finish(nil, throwing: WebSocketProtocolError.unmasked)
        #expect(try await held.next() != nil)
        await #expect(throws: WebSocketProtocolError.unmasked) { try await held.next() }
        #expect(try await held.next() == nil)
    }
}
