import TestSupport
import Testing
import Waiting

@Suite("Promise", .timeLimit(.minutes(1)))
struct PromiseTests {
    @Test("Gives the first value to everyone, before and after")
    func everyone() async {
        let promise = Promise<Int>()
        let early = (0..<3).map { _ in Task { await promise.value() } }
        #expect(promise.fulfill(1))
        #expect(!promise.fulfill(2))
        for task in early { #expect(await task.value == 1) }
        #expect(await promise.value() == 1)
    }

    @Test("Lets a cancelled task wait on until there is a value")
    func cancelled() async {
        let promise = Promise<String>()
        let task = Task { await promise.value(onCancel: { promise.fulfill("cancelled") }) }
        task.cancel()
        #expect(await task.value == "cancelled")

        let late = Promise<String>()
        let waiting = Task { await late.value() }
        waiting.cancel()
        late.fulfill("given")
        #expect(await waiting.value == "given")
    }

    @Test("Fulfilled from many tasks at once, everyone gets the same value")
    func race() async {
        for _ in 0..<200 {
            let promise = Promise<Int>()
            let outcomes = await withTaskGroup(of: (won: Int?, read: Int).self) { group in
                for number in 0..<4 {
                    group.addTask {
                        let won = promise.fulfill(number)
                        return (won ? number : nil, await promise.value())
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let winners = outcomes.compactMap(\.won)
            #expect(winners.count == 1)
            #expect(Set(outcomes.map(\.read)) == Set(winners))
        }
    }
}
