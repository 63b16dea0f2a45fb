import Testing

@testable import Backends

@Suite("Breaker")
struct BreakerTests {
    private var breaker = Breaker()

    @Test("Opens after failures in a row, and not before")
    mutating func inRow() {
        for _ in 0..<2 {
            let opened = breaker.failed(at: .zero, random: 0)
            #expect(!opened)
        }
        breaker.answered()
        for expected in [false, false, true] {
            let opened = breaker.failed(at: .zero, random: 0)
            #expect(opened == expected)
        }
        #expect(breaker.state(at: .zero) == .open)
        #expect(breaker.state(at: .milliseconds(999)) == .open)
        #expect(breaker.state(at: .seconds(1)) == .halfOpen)
    }

    @Test("Opens when half of the outcomes are failures, though never many in a row")
    mutating func rate() {
        var opened = false
        for _ in 0..<5 where !opened {
            breaker.answered()
            opened = breaker.failed(at: .zero, random: 0)
        }
        #expect(opened)
    }

    @Test("Lets one probe through at a time, and closes once it is answered")
    mutating func probe() {
        breaker.open(at: .zero, random: 0)
        #expect(!breaker.mayProbe(at: .milliseconds(500)))
        #expect(breaker.mayProbe(at: .seconds(1)))
        breaker.startProbe()
        #expect(!breaker.mayProbe(at: .seconds(2)))
        breaker.probeAbandoned()
        #expect(breaker.mayProbe(at: .seconds(2)))
        breaker.startProbe()
        breaker.probed(true, at: .seconds(2), random: 0)
        #expect(breaker.isClosed)
        #expect(breaker.errorRate == 0)
    }

    @Test("Pauses grow to a bound, have jitter, and are short again after answers in a row")
    mutating func pauses() throws {
        var pauses: [Duration] = []
        for _ in 0..<9 {
            breaker.open(at: .zero, random: 0)
            pauses.append(try #require(breaker.reopening))
        }
        #expect(pauses == [1, 2, 4, 8, 16, 20, 20, 20, 20].map { Duration.seconds($0) })
        breaker.open(at: .zero, random: 0.5)
        #expect(breaker.reopening == .seconds(15))
        breaker.startProbe()
        breaker.probed(true, at: .zero, random: 0)
        for _ in 0..<10 { breaker.answered() }
        breaker.open(at: .zero, random: 0)
        #expect(breaker.reopening == .seconds(1))
    }
}

@Suite("Latency")
struct LatencyTests {
    @Test("Smooths, and knows the slow ones")
    func figures() throws {
        var latency = Latency()
        #expect(latency.smoothed == nil)
        for index in 1...100 { latency.note(.milliseconds(index <= 95 ? 100 : 1_000)) }
        let p95 = try #require(latency.p95)
        #expect(p95 == 1)
        for _ in 0..<64 { latency.note(.milliseconds(100)) }
        #expect(latency.p95 == 0.1)
        #expect(abs(try #require(latency.smoothed) - 0.1) < 0.001)
    }

    @Test("A kind without answers is judged by a larger one, or in proportion by a smaller one")
    func kinds() {
        var latencies = Latencies()
        latencies.note(.milliseconds(100), kind: 1)
        #expect(latencies.smoothed(kind: 1) == 0.1)
        #expect(latencies.smoothed(kind: 0) == 0.1)
        #expect(latencies.smoothed(kind: 3) == 0.4)
        #expect(latencies.p95(kind: 1) == nil)
    }
}

@Suite("Retry plan")
struct RetryPlanTests {
    private let plan = RetryPlan()

    private func next(_ setback: Setback, retries: Int = 0, hasOther: Bool = false, random: Double = 0.5) -> Duration? {
        plan.next(
            after: setback,
            retries: retries,
            hasOther: hasOther,
            at: .seconds(1),
            deadline: .seconds(3),
            random: random
        )
    }

    @Test("Repeats what is safe to repeat, and nothing else")
    func safety() {
        for status in [408, 409, 425, 429, 500, 502, 503, 504] {
            #expect(next(.status(status, retryAfter: nil)) != nil)
        }
        for status in [400, 401, 403, 404, 413, 415, 422] {
            #expect(next(.status(status, retryAfter: nil), hasOther: true) == nil)
        }
        #expect(next(.unreachable) != nil)
        #expect(next(.cut) != nil)
        #expect(next(.garbled) == nil)
        #expect(next(.garbled, hasOther: true) == .seconds(1))
        #expect(next(.abandoned, hasOther: true) == nil)
    }

    @Test("Pauses grow, have full jitter, honour Retry-After and end within the deadline")
    func pauses() {
        #expect(next(.cut, random: 0) == .seconds(1))
        #expect(next(.cut) == .milliseconds(1_100))
        #expect(next(.cut, retries: 2) == .milliseconds(1_400))
        #expect(next(.cut, retries: 3) == nil)
        #expect(next(.status(429, retryAfter: .milliseconds(1_900))) == .milliseconds(2_900))
        #expect(next(.status(429, retryAfter: .seconds(2))) == nil)
        #expect(next(.cut, hasOther: true) == .seconds(1))
    }
}
