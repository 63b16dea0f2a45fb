import Testing

@testable import Transcription

@Suite("Waiting room")
struct WaitingRoomTests {
    typealias Room = WaitingRoom<String, Int>

    private func isWaiting(_ admission: Room.Admission) -> Bool {
        if case .wait = admission { true } else { false }
    }

    private func isRefused(_ admission: Room.Admission) -> Bool {
        if case .refused = admission { true } else { false }
    }

    @Test("Empties in the order of coming, without those who left")
    func order() {
        var room = Room()
        let tickets = (0..<4).map { _ in room.makeTicket() }
        for caller in [2, 0, 3, 1] { #expect(isWaiting(room.enter(tickets[caller], caller))) }
        #expect(room.leave(tickets[3]) == 3)
        #expect(room.leave(tickets[3]) == nil)
        #expect(room.count == 3)
        #expect(room.end(.ready("engine")) == [2, 0, 1])
        #expect(room.count == 0)
        #expect(room.leave(tickets[0]) == nil)
    }

    @Test("Refuses a ticket that was handed back before its owner came")
    func handedBack() {
        var room = Room()
        let ticket = room.makeTicket()
        #expect(room.leave(ticket) == nil)
        #expect(isRefused(room.enter(ticket, 1)))
        #expect(room.count == 0)
    }

    @Test("Lets whoever comes after the end through, or turns them away")
    func afterwards() {
        var ready = Room()
        _ = ready.end(.ready("engine"))
        guard case .ready("engine") = ready.enter(ready.makeTicket(), 1) else {
            Issue.record("not let through")
            return
        }
        var failed = Room()
        _ = failed.end(.failed(reason: "no model"))
        #expect(isRefused(failed.enter(failed.makeTicket(), 1)))
    }
}
