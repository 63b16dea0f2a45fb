import TestSupport
import Testing

@testable import WebSocketTransport

@Suite("The connection watch")
struct ConnectionWatchTests {
    private let clock = ManualClock()

    /// Ping each 20 s, 40 s to answer, 30 s to take something, 2 s to close.
    private func watch() -> ConnectionWatch<ManualClock.Instant> {
        ConnectionWatch(WebSocketConfiguration(), at: clock.now)
    }

    /// Lets `seconds` pass one by one and looks each time, as the shell might.
    private func pass(
        _ seconds: Int,
        _ watch: inout ConnectionWatch<ManualClock.Instant>,
        pending: (Int) -> Int = { _ in 0 }
    ) -> [Int: ConnectionWatch<ManualClock.Instant>.Action] {
        var actions: [Int: ConnectionWatch<ManualClock.Instant>.Action] = [:]
        for second in 1...seconds {
            clock.advance(by: .seconds(1))
            if let action = watch.event(.look(pending: pending(second)), at: clock.now) { actions[second] = action }
        }
        return actions
    }

    @Test("Pings each interval and gives up 40 s after a ping that nothing followed")
    func noAnswer() {
        var watch = watch()
        #expect(
            pass(70, &watch) == [
                20: .ping, 40: .ping, 60: .end(.noAnswer), 62: .abort, 63: .abort, 64: .abort,
                65: .abort, 66: .abort, 67: .abort, 68: .abort, 69: .abort, 70: .abort,
            ]
        )
    }

    @Test("Takes anything the peer sends as an answer")
    func anyTraffic() {
        var watch = watch()
        #expect(pass(59, &watch) == [20: .ping, 40: .ping])
        watch.heard()
        #expect(pass(41, &watch) == [1: .ping, 21: .ping, 41: .end(.noAnswer)])
    }

    @Test("Does not count silence while nobody listens")
    func notListening() {
        var watch = watch()
        _ = pass(30, &watch)
        _ = watch.event(.reading(false), at: clock.now)
        #expect(pass(100, &watch) == [10: .ping, 30: .ping, 50: .ping, 70: .ping, 90: .ping])
        _ = watch.event(.reading(true), at: clock.now)
        #expect(pass(40, &watch) == [10: .ping, 30: .ping, 40: .end(.noAnswer)])
    }

    @Test("Expects no answer from a peer that ended its direction, but keeps probing it")
    func halfClosed() {
        var watch = watch()
        _ = pass(30, &watch)
        #expect(watch.event(.inputEnded, at: clock.now) == .heartbeat)
        #expect(pass(90, &watch) == [10: .heartbeat, 30: .heartbeat, 50: .heartbeat, 70: .heartbeat, 90: .heartbeat])
    }

    @Test("Gives up on a peer that takes nothing for 30 s, and not on one that takes a little")
    func slowReader() {
        var watch = watch()
        _ = watch.event(.wrote(100_000), at: clock.now)
        #expect(pass(19, &watch, pending: { 100_000 - $0 }).isEmpty)
        watch.heard()
        // Stuck from second 19 on: the last progress was seen there.
        let actions = pass(31, &watch, pending: { _ in 99_981 })
        #expect(actions == [1: .ping, 21: .ping, 30: .end(.slowReader)])
    }

    @Test("Forgets a stall once everything has left")
    func stallEnds() {
        var watch = watch()
        _ = watch.event(.wrote(1000), at: clock.now)
        for _ in 0..<5 {
            watch.heard()
            #expect(!pass(29, &watch, pending: { _ in 1000 }).values.contains(.end(.slowReader)))
            _ = watch.event(.look(pending: 0), at: clock.now)
            _ = watch.event(.wrote(1000), at: clock.now)
        }
    }

    @Test("Waits 2 s for the peer's close, counted from when ours has left, and pings no more")
    func closing() {
        var watch = watch()
        _ = pass(19, &watch)
        _ = watch.event(.wrote(100), at: clock.now)
        _ = watch.event(.closing, at: clock.now)
        #expect(pass(20, &watch, pending: { 100 - $0 }).isEmpty)
        #expect(pass(2, &watch) == [2: .abort])
    }

    @Test("Gives up on a peer that does not take our close either")
    func stuckClosing() {
        var watch = watch()
        _ = watch.event(.wrote(100), at: clock.now)
        _ = watch.event(.closing, at: clock.now)
        #expect(pass(32, &watch, pending: { _ in 100 }) == [31: .end(.slowReader)])
    }

    @Test("Closes a lost connection at once when the peer has ended it and everything has left")
    func settled() {
        var watch = watch()
        _ = watch.event(.wrote(100), at: clock.now)
        #expect(pass(31, &watch, pending: { _ in 100 }) == [20: .ping, 31: .end(.slowReader)])
        #expect(watch.event(.inputEnded, at: clock.now) == nil)
        #expect(watch.event(.look(pending: 1), at: clock.now) == nil)
        #expect(watch.event(.look(pending: 0), at: clock.now) == .abort)
    }

    @Test("Never sleeps past the moment it must act")
    func deadlines() {
        var watch = watch()
        #expect(clock.now.duration(to: watch.deadline) == .seconds(20))
        _ = pass(20, &watch)
        #expect(clock.now.duration(to: watch.deadline) == .seconds(20))
        _ = pass(25, &watch)
        #expect(clock.now.duration(to: watch.deadline) == .seconds(15))
        _ = watch.event(.reading(false), at: clock.now)
        #expect(clock.now.duration(to: watch.deadline) == .seconds(15))
        _ = watch.event(.wrote(1), at: clock.now)
        _ = watch.event(.look(pending: 1), at: clock.now)
        #expect(clock.now.duration(to: watch.deadline) == .seconds(7.5))
        _ = watch.event(.closing, at: clock.now)
        #expect(clock.now.duration(to: watch.deadline) == .seconds(2))
    }
}
