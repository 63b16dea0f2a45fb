import TestSupport
import Testing

@testable import Turns

@Suite("Turn queue")
struct TurnQueueTests {
    /// The rule in other words: the first `limit` of all who are present have a turn, in the order they came.
    struct Model {
        let limit: Int
        let maximumWaiting: Int
        var present: [UInt64] = []

        var active: Set<UInt64> { Set(present.prefix(limit)) }
        var waiting: ArraySlice<UInt64> { present.dropFirst(limit) }
    }

    @Test("Agrees with the plain definition over random schedules", arguments: 1...4, [0, 2, .max])
    func agrees(limit: Int, maximumWaiting: Int) {
        var random = SeededGenerator(seed: UInt64(limit))
        var queue = TurnQueue<UInt64>(limit: limit, maximumWaiting: maximumWaiting)
        var model = Model(limit: limit, maximumWaiting: maximumWaiting)
        for step in UInt64(0)..<2_000 {
            let before = model.active
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                let isFull = before.count == limit && model.waiting.count >= maximumWaiting
                if !isFull { model.present.append(step) }
                let answer = queue.arrive(step, step)
                #expect(answer == (isFull ? .full : model.active.contains(step) ? .proceed : .wait))
            case 2, 3:
                guard let leaver = before.randomElement(using: &random) else { continue }
                model.present.removeAll { $0 == leaver }
                #expect(queue.leave() == model.active.subtracting(before).first)
            default:
                let id = UInt64.random(in: (step < 20 ? 0 : step - 20)...step, using: &random)
                let isWaiting = model.waiting.contains(id)
                if isWaiting { model.present.removeAll { $0 == id } }
                #expect(queue.withdraw(id) == (isWaiting ? id : nil))
            }
            #expect(queue.waitingCount == model.waiting.count)
        }
    }

    @Test("Lets those who wait proceed when the limit rises, and nobody until enough have left when it falls")
    func changedLimit() {
        var queue = TurnQueue<Int>(limit: 1, maximumWaiting: .max)
        for caller in 0..<6 { _ = queue.arrive(UInt64(caller), caller) }
        let admitted = queue.setLimit(3)
        #expect(admitted == [1, 2])
        #expect(queue.active == 3)
        let none = queue.setLimit(1)
        #expect(none.isEmpty)
        let next = [queue.leave(), queue.leave(), queue.leave()]
        #expect(next == [nil, nil, 3])
        #expect((queue.active, queue.waitingCount) == (1, 2))
    }
}
