import Testing

@testable import HTTPTransfer

@Suite("Turn queue")
struct TurnQueueTests {
    /// The rule in other words: the first `limit` of all who are present have a turn, in the order they came.
    struct Model {
        let limit: Int
        var present: [Int] = []

        var active: Set<Int> { Set(present.prefix(limit)) }
    }

    @Test("Agrees with the plain definition over random schedules", arguments: 1...4)
    func agrees(limit: Int) {
        var random = SplitMix(state: UInt64(limit))
        var queue = TurnQueue<Int>(limit: limit)
        var model = Model(limit: limit)
        for step in 0..<2_000 {
            let before = model.active
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                model.present.append(step)
                #expect(queue.arrive(step) == model.active.contains(step))
            case 2, 3:
                guard let leaver = before.randomElement(using: &random) else { continue }
                model.present.removeAll { $0 == leaver }
                #expect(queue.leave() == model.active.subtracting(before).first)
            default:
                let id = Int.random(in: max(0, step - 20)...step, using: &random)
                let isWaiting = model.present.contains(id) && !before.contains(id)
                if isWaiting { model.present.removeAll { $0 == id } }
                #expect(queue.withdraw(id) == isWaiting)
            }
            #expect(queue.active == model.active.count)
            #expect(queue.waiting.elementsEqual(model.present.dropFirst(limit)))
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
