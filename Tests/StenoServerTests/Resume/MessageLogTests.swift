import Dialects
import Limits
import Testing

@testable import StenoServer

@Suite("The messages that are kept for a client that comes back")
struct MessageLogTests {
    /// A message of this many bytes that begins with a number.
    private static func message(_ number: UInt8, length: Int = 1) -> OutgoingMessage {
        .text([number] + Array(repeating: 0, count: length - 1))
    }

    @Test("Gives what a client has not got", arguments: 0...6)
    func missed(received: Int) {
        var log = MessageLog(memory: MemoryBudget(limit: 1 << 20))
        for number in 1...5 { log.add(Self.message(UInt8(number))) }
        let missed = log.missed(after: received)
        #expect(missed.messages == (1...5).dropFirst(received).map { Self.message(UInt8($0)) })
        #expect(missed.lost == 0)
    }

    @Test("Drops the oldest where there is no room, and says how many are lost")
    func bounded() {
        let memory = MemoryBudget(limit: 1 << 30)
        var log = MessageLog(memory: memory)
        for number in 1...10 { log.add(Self.message(UInt8(number), length: 1 << 20)) }
        #expect(memory.used <= MessageLog.limit)
        let missed = log.missed(after: 2)
        // Three of a mebibyte and what they take beside it.
        #expect(missed.messages.map(\.first) == [8, 9, 10])
        #expect(missed.lost == 5)
        #expect(log.missed(after: 9).lost == 0)
    }

    @Test("Keeps nothing that the budget has no room for, and gives its memory back")
    func budget() {
        let memory = MemoryBudget(limit: 1_000)
        do {
            var log = MessageLog(memory: memory)
            for number in 1...3 { log.add(Self.message(UInt8(number), length: 400)) }
            #expect(log.missed(after: 0).messages.map(\.first) == [2, 3])
            log.add(Self.message(4, length: 2_000))
            #expect(log.missed(after: 0).messages.isEmpty)
            #expect(log.missed(after: 0).lost == 4)
            #expect(memory.used == 0)
            log.add(Self.message(5))
            #expect(log.missed(after: 4).messages == [Self.message(5)])
        }
        #expect(memory.used == 0)
    }
}

extension OutgoingMessage {
    fileprivate var first: UInt8? {
        guard case .text(let bytes) = self else { return nil }
        return bytes.first
    }
}
