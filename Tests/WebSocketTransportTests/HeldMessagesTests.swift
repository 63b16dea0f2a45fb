import Limits
import NIOCore
import Testing

@testable import WebSocketTransport

@Suite("Messages that wait for the endpoint")
struct HeldMessagesTests {
    private static let start = ContinuousClock.now

    private static func item(_ size: Int) -> HeldMessages.Item {
        HeldMessages.Item(message: .binary(ByteBuffer(repeating: 1, count: size)))
    }

    private static func held(limit: Int = 1 << 20, budget: MemoryBudget = MemoryBudget(limit: .max)) -> HeldMessages {
        var configuration = WebSocketConfiguration()
        configuration.maxHeldBytes = limit
        return HeldMessages(configuration, budget: budget)
    }

    @Test("Count their overhead, so that a flood of small ones is full soon")
    func overhead() {
        var held = Self.held(limit: 10_000)
        var added = 0
        while !held.isFull {
            _ = held.add(Self.item(1), at: Self.start)
            added += 1
        }
        #expect(added == 10_000 / (1 + HeldMessages.overhead) + 1)
        _ = held.take()
        #expect(!held.isFull)
    }

    @Test("Are counted in the budget; without room there the peer is not read until some have been taken")
    func budget() {
        let budget = MemoryBudget(limit: 100_000)
        let other = budget.makeShare()
        var held = Self.held(budget: budget)
        for _ in 0..<3 { _ = held.add(Self.item(30_000), at: Self.start) }
        #expect(budget.used == 30_000 + HeldMessages.overhead)
        #expect(other.grow(by: 60_000))
        #expect(!held.isFull)

        _ = held.add(Self.item(30_000), at: Self.start)
        #expect(held.isFull)
        #expect(held.take() != nil)
        #expect(!held.isFull)
        for _ in 0..<3 { #expect(held.take() != nil) }
        #expect(held.take() == nil)
        #expect(budget.used == 60_000)
    }

    @Test("Give everything back when they are dropped")
    func drop() {
        let budget = MemoryBudget(limit: .max)
        var held = Self.held(budget: budget)
        for _ in 0..<10 { _ = held.add(Self.item(30_000), at: Self.start) }
        #expect(budget.used > 0)
        held.removeAll()
        #expect(budget.used == 0)
        #expect(held.isEmpty)
    }

    @Test("Are reported once a minute when the first has waited for long")
    func backlog() {
        var held = Self.held()
        let reports = stride(from: 0, through: 100, by: 5).compactMap { second in
            held.add(Self.item(10), at: Self.start + .seconds(second))?.waited
        }
        #expect(reports == [.seconds(10), .seconds(70)])
    }
}
