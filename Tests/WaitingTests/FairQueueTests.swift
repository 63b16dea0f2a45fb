import TestSupport
import Testing
import Waiting

@Suite("Fair queue")
struct FairQueueTests {
    /// One piece of work.
    struct Work: Equatable {
        var ticket: UInt64
        var owner: UInt64
        var cost: Int
    }

    static func order(_ work: [(owner: UInt64?, cost: Int)]) -> [Int] {
        var queue = FairQueue<Int>()
        for (index, work) in work.enumerated() {
            queue.append(index, ticket: UInt64(index), owner: work.owner, cost: work.cost)
        }
        return (0..<work.count).compactMap { _ in queue.popFirst() }
    }

    @Test(
        "Takes short before long, turns about, and each owner's work as it came",
        arguments: [
            ([(1, 1), (2, 1), (3, 1)], [0, 1, 2]),
            ([(1, 9), (2, 1)], [1, 0]),
            ([(1, 1), (1, 1), (1, 1), (2, 1)], [0, 3, 1, 2]),
            ([(1, 9), (1, 1), (2, 5)], [2, 0, 1]),
            ([(nil, 9), (nil, 1), (nil, 5)], [1, 2, 0]),
        ] as [([(owner: UInt64?, cost: Int)], [Int])]
    )
    func order(work: [(owner: UInt64?, cost: Int)], expected: [Int]) {
        #expect(Self.order(work) == expected)
    }

    @Test("Forgets who had more once nobody waits")
    func forgets() {
        var queue = FairQueue<Int>()
        for index in 0..<100 { queue.append(index, ticket: UInt64(index), owner: 1, cost: 50) }
        while queue.popFirst() != nil {}
        queue.append(0, ticket: 100, owner: 1, cost: 1)
        queue.append(1, ticket: 101, owner: 2, cost: 2)
        #expect(queue.popFirst() == 0)
    }

    @Test("Takes out what is withdrawn, wherever it stands")
    func withdraws() {
        var queue = FairQueue<Int>()
        for index in 0..<5 { queue.append(index, ticket: UInt64(index), owner: nil, cost: 1) }
        #expect(queue.remove(3) == 3)
        #expect(queue.remove(3) == nil)
        #expect(queue.count == 4)
        #expect((0..<5).map { _ in queue.popFirst() } == [0, 1, 2, 4, nil])
    }

    /// While an owner's work waits, no other gets more than that work and everything of the owner's before it, and the
    /// largest piece on top.
    @Test("Keeps nobody waiting for more than the share of others, whatever they bring", arguments: 0..<20)
    func bounded(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = FairQueue<Work>()
        var waiting: [UInt64: (work: Work, ahead: Int, servedOthers: [UInt64: Int])] = [:]
        var ticket: UInt64 = 0
        let largest = 30

        for _ in 0..<3_000 {
            if queue.count < 40, Int.random(in: 0..<5, using: &random) < 3 {
                ticket += 1
                // One owner brings most, in large pieces.
                let owner = Bool.random(using: &random) ? 0 : UInt64.random(in: 1...6, using: &random)
                let cost = owner == 0 ? largest : Int.random(in: 1...largest, using: &random)
                let work = Work(ticket: ticket, owner: owner, cost: cost)
                let ahead = waiting.values.filter { $0.work.owner == owner }.reduce(cost) { $0 + $1.work.cost }
                waiting[ticket] = (work, ahead, [:])
                queue.append(work, ticket: ticket, owner: owner, cost: cost)
            } else if let taken = queue.popFirst() {
                guard let state = waiting.removeValue(forKey: taken.ticket) else {
                    Issue.record("\(taken) was taken twice")
                    return
                }
                for (owner, served) in state.servedOthers where owner != taken.owner {
                    #expect(served <= state.ahead + 2 * largest, "owner \(owner) before \(taken)")
                }
                for other in waiting.keys { waiting[other]?.servedOthers[taken.owner, default: 0] += taken.cost }
            }
        }
    }
}
