import Limits
import TestSupport
import Testing

@testable import AudioFiles

@Suite("Spooled file")
struct SpooledFileTests {
    static let bytes: [UInt8] = {
        var random = SeededGenerator(seed: 5)
        return (0..<2_500_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    }()

    @Test(
        "Gives back what was put in, on both sides of the move to disk",
        arguments: [1_000, 65_536, 1 << 20, 2_500_000]
    )
    func anySplit(size: Int) throws {
        let file = SpooledFile(memory: MemoryBudget(limit: .max))
        for start in stride(from: 0, to: Self.bytes.count, by: size) {
            try file.append(Array(Self.bytes[start..<min(start + size, Self.bytes.count)]))
            let end = file.count
            #expect(file.bytes(end - 10..<end + 10) == Array(Self.bytes[end - 10..<end]))
        }
        #expect(file.bytes(0..<3_000_000) == Self.bytes)
    }

    @Test("Takes memory while it is short, and none once it is on disk or gone")
    func budget() throws {
        let memory = MemoryBudget(limit: 3 << 20)
        do {
            let short = SpooledFile(memory: memory)
            try short.append([UInt8](repeating: 1, count: 1 << 20))
            #expect(memory.used == 1 << 20)
            try short.append([2])
            #expect(memory.used == 0)
            #expect(short.bytes(short.count - 2..<short.count) == [1, 2])
        }
        let file = SpooledFile(memory: memory)
        try file.append([1, 2, 3])
        #expect(memory.used == 3)
    }

    @Test("Is refused when the budget is spent")
    func refused() throws {
        let memory = MemoryBudget(limit: 1_000)
        let first = SpooledFile(memory: memory)
        try first.append([UInt8](repeating: 1, count: 900))
        let second = SpooledFile(memory: memory)
        #expect(throws: AudioFileError.noRoom) { try second.append([UInt8](repeating: 1, count: 101)) }
        try second.append([UInt8](repeating: 1, count: 100))
    }
}
