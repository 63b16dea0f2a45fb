import Audio
import Testing

@Suite("WAV header")
struct WAVHeaderTests {
    static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        Array(name.utf8) + number(body.count, 4) + body + [UInt8](repeating: 0, count: body.count % 2)
    }

    /// The header of a file of 16 bits, mono, up to its samples.
    static func header(_ form: String = "RIFF", before: [UInt8] = [], size: Int) -> [UInt8] {
        let format = number(1, 2) + number(1, 2) + number(8_000, 4) + number(16_000, 4) + number(2, 2) + number(16, 2)
        return Array(form.utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("WAVE".utf8) + before + chunk("fmt ", format)
            + Array("data".utf8) + number(size, 4)
    }

    static func read(_ bytes: [UInt8]) throws -> WAVHeader {
        try WAVHeader(length: bytes.count) { Array(bytes[$0.clamped(to: bytes.indices)]) }
    }

    static let samples: [UInt8] = [1, 0, 2, 0, 3, 0]
    static let open = Int(UInt32.max)

    @Test("Takes the size of RF64 from its own chunk", arguments: ["RF64", "BW64"])
    func rf64(form: String) throws {
        let sizes = Self.chunk("ds64", Self.number(0, 8) + Self.number(4, 8) + Self.number(2, 8) + Self.number(0, 4))
        let bytes = Self.header(form, before: sizes, size: Self.open) + Self.samples
        #expect(try WAVFile(parsing: bytes).samples == [1, 2])
        #expect(try Self.read(bytes).ignoredBytes == 2)
    }

    @Test("Reads RF64 to its end when no size is there, or none that can be", arguments: [nil, 0, 7, -1])
    func openRF64(size: Int?) throws {
        let sizes = size.map { Self.chunk("ds64", Self.number(0, 8) + Self.number($0, 8) + Self.number(0, 12)) } ?? []
        let bytes = Self.header("RF64", before: sizes, size: Self.open) + Self.samples
        #expect(try WAVFile(parsing: bytes).samples == [1, 2, 3])
    }

    @Test("Counts what is behind the samples and is no chunk", arguments: [1, 7, 8, 100_000])
    func leftOver(count: Int) throws {
        let bytes = Self.header(size: 6) + Self.samples + [UInt8](repeating: 0x80, count: count)
        let header = try Self.read(bytes)
        #expect(header.frames == 3)
        #expect(header.ignoredBytes == count)
    }

    @Test("Counts a second file behind the first")
    func secondFile() throws {
        let first = Self.header(size: 6) + Self.samples
        #expect(try Self.read(first + WAVFile(sampleRate: 8_000, samples: [4, 5]).encoded()).ignoredBytes == 48)
    }

    @Test("Counts no chunks, no padding, and nothing where the size is open")
    func nothingLeft() throws {
        let file = Self.header(size: 6) + Self.samples
        #expect(try Self.read(file).ignoredBytes == 0)
        #expect(try Self.read(file + Self.chunk("LIST", [1, 2, 3]) + Self.chunk("id3 ", [4])).ignoredBytes == 0)
        #expect(try Self.read(Self.header(size: 5) + Self.samples).ignoredBytes == 0)
        for size in [0, 7, Self.open] {
            #expect(try Self.read(Self.header(size: size) + Self.samples).ignoredBytes == 0)
        }
    }

    @Test("Asks for little, and an end to chunks that have none")
    func bounded() throws {
        var asked = 0
        let chunks = [UInt8](repeating: 0, count: 8)
        #expect(throws: WAVError.truncated) {
            try WAVHeader(length: .max) { range in
                asked += range.count
                return range.lowerBound == 0 ? Array("RIFF\0\0\0\0WAVE".utf8) : chunks
            }
        }
        #expect(asked < 100_000)
    }
}
