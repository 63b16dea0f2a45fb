import Testing

@testable import Spool

@Suite("Replay queue")
struct ReplayQueueTests {
    private static func queue(_ count: Int) -> ReplayQueue {
        var queue = ReplayQueue()
        for index in 0..<count {
            let session = index.isMultiple(of: 2) ? "even" : "odd"
            queue.add(.init(item: "item_\(index)", session: session, number: Int64(index), recorded: index))
        }
        return queue
    }

    private static func started(_ queue: inout ReplayQueue, at now: Duration = .zero, isWell: Bool) -> [String] {
        var items: [String] = []
        while let entry = queue.next(at: now, isWell: isWell) { items.append(entry.item) }
        return items
    }

    @Test("Sends one at a time while no backend is well")
    func outage() {
        var queue = Self.queue(5)
        #expect(Self.started(&queue, isWell: false) == ["item_0"])
        #expect(Self.started(&queue, isWell: false) == [])
    }

    @Test("Sends twice as many after each that went well, up to eight, in the order of recording")
    func recovery() {
        var queue = Self.queue(40)
        var order: [String] = []
        var widths: [Int] = []
        while queue.count > 0 {
            let items = Self.started(&queue, isWell: true)
            widths.append(items.count)
            order += items
            for item in items { queue.settled(item) }
        }
        #expect(order == (0..<40).map { "item_\($0)" })
        #expect(widths.prefix(3) == [1, 2, 8])
        #expect(widths.max() == ReplayQueue.widest)
    }

    @Test("Waits longer after each failure, and begins anew when one goes well")
    func pauses() {
        var queue = Self.queue(2)
        var now = Duration.zero
        for pause in [0.5, 1, 2, 4, 8, 10, 10] {
            #expect(Self.started(&queue, at: now, isWell: false) == ["item_0"])
            let isKept = queue.failed("item_0", at: now, isWell: false)
            #expect(isKept)
            #expect(Self.started(&queue, at: now + .seconds(pause) - .milliseconds(1), isWell: false) == [])
            now += .seconds(pause)
        }
        #expect(Self.started(&queue, at: now, isWell: false) == ["item_0"])
        queue.settled("item_0")
        #expect(Self.started(&queue, at: now, isWell: false) == ["item_1"])
    }

    @Test("Puts a failed one back to its place in time")
    func order() {
        var queue = Self.queue(4)
        #expect(Self.started(&queue, isWell: true) == ["item_0"])
        queue.settled("item_0")
        #expect(Self.started(&queue, isWell: true) == ["item_1", "item_2"])
        _ = queue.failed("item_2", at: .zero, isWell: false)
        _ = queue.failed("item_1", at: .zero, isWell: false)
        var order: [String] = []
        while let entry = queue.next(at: .seconds(60), isWell: false) {
            order.append(entry.item)
            queue.settled(entry.item)
        }
        #expect(order == ["item_1", "item_2", "item_3"])
    }

    @Test("Gives one up on which backends fail that are well, and never one that meets an outage")
    func poison() {
        var queue = Self.queue(1)
        for _ in 0..<100 {
            _ = queue.next(at: .seconds(1_000), isWell: false)
            let isKept = queue.failed("item_0", at: .zero, isWell: false)
            #expect(isKept)
        }
        for attempt in 1...ReplayQueue.maximumFailures {
            _ = queue.next(at: .seconds(1_000), isWell: true)
            let isKept = queue.failed("item_0", at: .zero, isWell: true)
            #expect(isKept == (attempt < ReplayQueue.maximumFailures))
        }
        #expect(queue.count == 0)
    }

    @Test("Lets go of what is too old")
    func expiry() {
        var queue = Self.queue(6)
        #expect(queue.oldest == 0)
        let expired = queue.removeExpired(before: 2)
        #expect(expired.map(\.item) == ["item_0", "item_1"])
        #expect(queue.count == 4)
        #expect(queue.oldest == 2)
    }

    @Test("Calls it an outage when no backend is well for long enough, and once")
    func observesOutage() {
        var outage = Outage(patience: .seconds(2))
        let seen = [(false, 1), (true, 2), (false, 3), (false, 5), (false, 6)].map { isWell, time in
            outage.observe(isWell: isWell, at: .seconds(time))
        }
        #expect(seen == [false, false, false, true, false])
        #expect(outage.isOn)
        _ = outage.observe(isWell: true, at: .seconds(7))
        #expect(!outage.isOn)
    }
}
