import TestSupport
import Testing
import Waiting

@Suite("Adaptive limit")
struct AdaptiveLimitTests {
    /// A server that works on so many requests at once, each for a second, while others wait in its queue.
    private struct Server {
        var workers: Int
        var limit: AdaptiveLimit
        /// The limit after each answer.
        var limits: [Int] = []

        init(workers: Int, ceiling: Int = 16) {
            self.workers = workers
            limit = AdaptiveLimit(ceiling: ceiling)
        }

        /// Answers requests of a client that always has as many under way as it may.
        mutating func answer(_ count: Int) {
            for _ in 0..<count {
                let active = limit.limit
                let start = limit.start(active: active)
                let seconds = max(1, Double(active) / Double(workers))
                limit.answered(start, after: .seconds(seconds), kind: 0)
                limits.append(limit.limit)
            }
        }
    }

    @Test("Begins with two, or with a lower ceiling")
    func beginning() {
        #expect(AdaptiveLimit(ceiling: 16).limit == 2)
        #expect(AdaptiveLimit(ceiling: 1).limit == 1)
    }

    @Test("Grows to the ceiling while answers do not get slower")
    func growth() {
        var server = Server(workers: 100)
        server.answer(14)
        #expect(server.limits.last == 16)
        server.answer(100)
        #expect(server.limits.allSatisfy { $0 <= 16 })
    }

    @Test("Stays near what the server works on at once", arguments: [1, 2, 4, 8])
    func convergence(workers: Int) {
        var server = Server(workers: workers)
        server.answer(400)
        let settled = server.limits.suffix(300)
        #expect(settled.allSatisfy { $0 <= 2 * workers + 2 })
        #expect(Double(settled.reduce(0, +)) / 300 >= 0.7 * Double(workers))
    }

    @Test("Does not grow for requests that left room")
    func unused() {
        var limit = AdaptiveLimit(ceiling: 16)
        for _ in 0..<50 { limit.answered(limit.start(active: 1), after: .seconds(1), kind: 0) }
        #expect(limit.limit == 2)
    }

    @Test("Is halved by an overload, once for all requests of that time, and is never under one")
    func overload() {
        var limit = AdaptiveLimit(ceiling: 16)
        for _ in 0..<6 { limit.answered(limit.start(active: limit.limit), after: .seconds(1), kind: 0) }
        #expect(limit.limit == 8)
        let starts = (1...8).map { limit.start(active: $0) }
        for start in starts { limit.overloaded(start) }
        #expect(limit.limit == 4)
        for _ in 0..<5 { limit.overloaded(limit.start(active: 1)) }
        #expect(limit.limit == 1)
    }

    @Test("Compares a long request with long ones")
    func kinds() {
        var limit = AdaptiveLimit(ceiling: 8)
        for index in 0..<40 {
            let isLong = index.isMultiple(of: 2)
            limit.answered(limit.start(active: limit.limit), after: .seconds(isLong ? 20 : 1), kind: isLong ? 5 : 0)
        }
        #expect(limit.limit == 8)
    }

    @Test("Accepts in time that the server has become slower")
    func slower() {
        var limit = AdaptiveLimit(ceiling: 8)
        for seconds in Array(repeating: 1.0, count: 50) + Array(repeating: 3, count: 2_000) {
            limit.answered(limit.start(active: limit.limit), after: .seconds(seconds), kind: 0)
        }
        #expect(limit.limit >= 4)
    }
}
