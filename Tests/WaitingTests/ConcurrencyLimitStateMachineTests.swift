import TestSupport
import Testing

@testable import Waiting

@Suite("Rules of a concurrency limit")
struct ConcurrencyLimitStateMachineTests {
    /// The rule in other words: the first `limit` of all who are present proceed, in the order they came.
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
        var machine = ConcurrencyLimit.StateMachine<UInt64>(limit: limit, maximumWaiting: maximumWaiting)
        var tickets: [UInt64: UInt64] = [:]
        var model = Model(limit: limit, maximumWaiting: maximumWaiting)
        for step in UInt64(0)..<2_000 {
            let before = model.active
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                let isFull = before.count == limit && model.waiting.count >= maximumWaiting
                if !isFull { model.present.append(step) }
                switch machine.arrive(step) {
                case .full: #expect(isFull)
                case .proceed: #expect(model.active.contains(step))
                case .wait(let ticket):
                    #expect(model.waiting.contains(step))
                    tickets[step] = ticket
                }
            case 2, 3:
                guard let leaver = before.randomElement(using: &random) else { continue }
                model.present.removeAll { $0 == leaver }
                let next = machine.leave()
                #expect(next == model.active.subtracting(before).first)
            default:
                let id = UInt64.random(in: (step < 20 ? 0 : step - 20)...step, using: &random)
                let isWaiting = model.waiting.contains(id)
                if isWaiting { model.present.removeAll { $0 == id } }
                guard let ticket = tickets[id] else { continue }
                let withdrawn = machine.withdraw(ticket)
                #expect(withdrawn == (isWaiting ? id : nil))
            }
            #expect(machine.waitingCount == model.waiting.count)
        }
    }
}
