import TestSupport
import Testing

@testable import WebSocketTransport

@Suite("The request watch")
struct RequestWatchTests {
    typealias Watch = RequestWatch<ManualClock.Instant>

    private let clock = ManualClock()

    /// Idle 60 s; a head in 30 s; a body 30 s without a byte, and 1,000 bytes a second; 30 s to take something.
    private func watch() -> Watch { Watch(HTTPLimits(), at: clock.now) }

    /// Lets `seconds` pass one by one, with an event before each look; the first action and when it came.
    private func pass(
        _ seconds: Int,
        _ watch: inout Watch,
        pending: Int = 0,
        each event: Watch.Event? = nil
    ) -> (second: Int, action: Watch.Action)? {
        for second in 1...seconds {
            clock.advance(by: .seconds(1))
            if let event { _ = watch.event(event, at: clock.now) }
            if let action = watch.event(.look(pending: pending), at: clock.now) { return (second, action) }
        }
        return nil
    }

    private func tell(_ watch: inout Watch, _ events: Watch.Event...) {
        for event in events { #expect(watch.event(event, at: clock.now) == nil) }
    }

    @Test("Closes a connection without a request, at first and between two")
    func idle() throws {
        var watch = watch()
        #expect(clock.now.duration(to: try #require(watch.deadline)) == .seconds(60))
        #expect(pass(59, &watch) == nil)
        tell(&watch, .heard(40), .progress(.begun), .progress(.read), .progress(.answered))
        let end = try #require(pass(100, &watch))
        #expect(end == (60, .close))
    }

    @Test("Refuses a head that takes too long, however often a byte comes")
    func slowHead() throws {
        var watch = watch()
        _ = pass(10, &watch)
        tell(&watch, .heard(1))
        let end = try #require(pass(100, &watch, each: .heard(1)))
        #expect(end == (30, .refuse))
        // Once: what follows is the answer.
        #expect(pass(100, &watch) == nil)
    }

    @Test("Refuses a body that stands still")
    func stillBody() throws {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun), .heard(1_000_000))
        #expect(pass(29, &watch, pending: 0) == nil)
        tell(&watch, .heard(1))
        let end = try #require(pass(100, &watch))
        #expect(end == (30, .refuse))
    }

    @Test("Asks for a thousand bytes a second over the whole body", arguments: [0, 1, 500, 900, 990])
    func slowBody(rate: Int) throws {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun))
        let end = try #require(pass(10_000, &watch, each: rate > 0 ? .heard(rate) : nil))
        // After t seconds, rate * t bytes allow for 30 + rate * t / 1,000.
        let expected = (30_000 + 999 - rate) / (1_000 - rate)
        #expect(end.action == .refuse)
        #expect(abs(end.second - expected) <= 1)
    }

    @Test("Lets a body of the least rate take any time")
    func leastRate() {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun))
        #expect(pass(10_000, &watch, each: .heard(1_000)) == nil)
    }

    @Test("Does not count time in which the server does not read")
    func backPressure() throws {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun))
        #expect(pass(20, &watch) == nil)
        tell(&watch, .reading(false))
        #expect(watch.deadline == nil)
        #expect(pass(1_000, &watch) == nil)
        tell(&watch, .reading(true))
        #expect(clock.now.duration(to: try #require(watch.deadline)) == .seconds(10))
        let end = try #require(pass(100, &watch))
        #expect(end == (10, .refuse))
    }

    @Test("Leaves the server the time it needs to answer")
    func answering() {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun), .progress(.read))
        #expect(watch.deadline == nil)
        #expect(pass(10_000, &watch) == nil)
    }

    @Test("Watches the rest of a body whose answer has gone out")
    func answeredEarly() throws {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun), .wrote(50), .progress(.answered))
        let end = try #require(pass(100, &watch))
        #expect(end == (30, .refuse))
    }

    @Test("Closes on a client that takes nothing of an answer for 30 s")
    func slowReader() throws {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun), .progress(.read), .wrote(1_000_000), .look(pending: 900_000))
        #expect(pass(29, &watch, pending: 900_000) == nil)
        tell(&watch, .look(pending: 899_999))
        let end = try #require(pass(100, &watch, pending: 899_999))
        #expect(end == (30, .close))
    }

    @Test("Gives a client two seconds to read the last answer, once all of it has left")
    func closing() throws {
        var watch = watch()
        tell(&watch, .heard(100), .progress(.begun), .wrote(100), .progress(.closing))
        #expect(pass(10, &watch, pending: 100) == nil)
        tell(&watch, .heard(1_000), .progress(.answered))
        let end = try #require(pass(10, &watch))
        #expect(end == (2, .close))
    }
}
