import TestSupport
import Testing

@testable import SpeechPictures

@Suite("PNG file")
struct PNGFileTests {
    @Test("Packs runs of every length so that they come back", arguments: 0...600)
    func runs(length: Int) throws {
        let data = [UInt8](repeating: 7, count: length) + [200, 200] + [UInt8](repeating: 0, count: length % 7)
        #expect(try Inflation.bytes(of: ZlibStream(packing: data).bytes) == data)
    }

    @Test("Packs any bytes so that they come back", arguments: 0..<20 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let data = (0..<5_000).map { _ in UInt8(truncatingIfNeeded: random.next() % (seed % 2 == 0 ? 3 : 256)) }
        #expect(try Inflation.bytes(of: ZlibStream(packing: data).bytes) == data)
    }

    @Test("Holds the pixels that were drawn")
    func pixels() throws {
        var canvas = Canvas(width: 67, height: 31)
        canvas.fill(3..<40, 5..<20, .peak)
        canvas.write("0.5 dB", x: 6, y: 12, .text)
        canvas.dash(0..<67, row: 30, .threshold)
        let chunks = try Self.chunks(PNGFile(canvas).bytes)
        #expect(chunks.map(\.name) == ["IHDR", "PLTE", "IDAT", "IEND"])
        #expect(chunks[0].data == [0, 0, 0, 67, 0, 0, 0, 31, 8, 3, 0, 0, 0])
        #expect(chunks[1].data.prefix(3) == [0xFF, 0xFF, 0xFF])
        let lines = try Inflation.bytes(of: chunks[2].data)
        var above = [UInt8](repeating: 0, count: 67)
        for row in 0..<31 {
            let line = lines[row * 68..<(row + 1) * 68]
            #expect(line.first == 2)
            above = zip(line.dropFirst(), above).map { $0 &+ $1 }
            #expect(above == Array(canvas.pixels[row * 67..<(row + 1) * 67]))
        }
    }

    @Test("Does not draw outside")
    func outside() {
        var canvas = Canvas(width: 4, height: 4)
        canvas.fill(-5..<2, 3..<90, .score)
        canvas.fill(9..<20, -4..<(-1), .score)
        canvas.write("W", x: 3, y: -20, .text)
        let drawn = (0..<16).filter { canvas[$0 % 4, $0 / 4] != .background }
        #expect(drawn == [12, 13])
    }

    /// The chunks of a file, whose checksums are compared with ones computed bit by bit.
    private static func chunks(_ bytes: [UInt8]) throws -> [(name: String, data: [UInt8])] {
        try #require(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var chunks: [(name: String, data: [UInt8])] = []
        var rest = bytes.dropFirst(8)
        func number() -> Int { rest.prefix(4).reduce(0) { $0 << 8 | Int($1) } }
        while !rest.isEmpty {
            let count = number()
            rest = rest.dropFirst(4)
            let body = Array(rest.prefix(4 + count))
            rest = rest.dropFirst(4 + count)
            #expect(number() == remainder(body))
            rest = rest.dropFirst(4)
            chunks.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
        }
        return chunks
    }

    private static func remainder(_ bytes: [UInt8]) -> Int {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            for bit in 0..<8 {
                let isOdd = (value ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
                value = isOdd ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
        return Int(~value)
    }
}
