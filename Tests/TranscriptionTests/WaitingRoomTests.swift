import Testing

@testable import Transcription

@Suite("Waiting room")
struct WaitingRoomTests {
    typealias Room = WaitingRoom<String, Int>

    private func ticket(_ admission: Room.Admission) -> Room.Ticket? {
        if case .wait(let ticket) = admission { ticket } else { nil }
    }

    private func isRefused(_ admission: Room.Admission) -> Bool {
        if case .refused = admission { true } else { false }
    }

    @Test("Empties in the order of coming, without those who left")
    func order() throws {
        var room = Room()
        let tickets = (0..<4).map { ticket(room.enter($0)) }
        let third = try #require(tickets[2])
        let first = room.leave(third)
        #expect(first == 2)
        let again = room.leave(third)
        #expect(again == nil)
        #expect(room.count == 3)

        let everyone = room.end(.ready("engine"))
        #expect(everyone == [0, 1, 3])
        #expect(room.count == 0)
        let late = room.leave(try #require(tickets[0]))
        #expect(late == nil)
    }

    @Test("Lets whoever comes after the end through, or turns them away")
    func afterwards() {
        var ready = Room()
        _ = ready.end(.ready("engine"))
        guard case .ready("engine") = ready.enter(1) else {
            Issue.record("not let through")
            return
        }

        var failed = Room()
        _ = failed.end(.failed(reason: "no model"))
        #expect(isRefused(failed.enter(1)))
        #expect(failed.count == 0)
    }
}
