import Testing

@testable import Limits

@Suite("Memory budget")
struct MemoryBudgetTests {
    @Test("Gives no more than its limit over all shares")
    func limit() {
        let budget = MemoryBudget(limit: 100)
        let first = budget.makeShare()
        let second = budget.makeShare()
        #expect(first.grow(by: 60))
        #expect(!second.grow(by: 41))
        #expect(second.size == 0)
        #expect(second.grow(by: 40))
        #expect(budget.used == 100)
    }

    @Test("Takes back what a share gives, and everything with its end")
    func end() {
        let budget = MemoryBudget(limit: 100)
        do {
            let share = budget.makeShare()
            #expect(share.grow(by: 70))
            share.shrink(by: 20)
            #expect(budget.used == 50)
            share.shrink(by: 1_000)
            #expect(budget.used == 0)
            #expect(share.grow(by: 100))
        }
        #expect(budget.used == 0)
    }

    @Test("Is exact while many take and give at the same time")
    func concurrency() async {
        let budget = MemoryBudget(limit: 1_000)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let share = budget.makeShare()
                    for step in 0..<1_000 where share.grow(by: 1 + step % 200) {
                        #expect(budget.used <= budget.limit)
                        share.shrink(by: 1 + step % 200)
                    }
                }
            }
        }
        #expect(budget.used == 0)
    }

    @Test("Finds how much memory there is")
    func machine() {
        #expect(MachineMemory.size > 1 << 26)
        #expect(MachineMemory.limit(readingFile: "/nonexistent") == nil)
    }
}
