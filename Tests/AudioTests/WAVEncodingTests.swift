import Audio
import TestSupport
import Testing

@Suite("WAV encodings")
struct WAVEncodingTests {
    /// A file made by hand: `blockAlign` may differ from what the bits need.
    static func file(
        tag: Int,
        bits: Int,
        channels: Int = 1,
        rate: Int = 8_000,
        blockAlign: Int? = nil,
        extensible: Bool = false,
        data: [UInt8]
    ) -> [UInt8] {
        let block = blockAlign ?? channels * ((bits + 7) / 8)
        var format = number(extensible ? 0xFFFE : tag, 2) + number(channels, 2) + number(rate, 4)
        format += number(rate * block, 4) + number(block, 2) + number(bits, 2)
        if extensible {
            let guid: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
            format += number(22, 2) + number(bits, 2) + number(0, 4) + number(tag, 2) + guid
        }
        let body = Array("WAVEfmt ".utf8) + number(format.count, 4) + format + Array("data".utf8)
        return Array("RIFF".utf8) + number(body.count + 4 + data.count, 4) + body + number(data.count, 4) + data
    }

    static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func samples(_ file: [UInt8]) throws -> [Int16] { try WAVFile(parsing: file).samples }

    @Test("Reads unsigned 8 bits", arguments: [false, true])
    func unsigned8(extensible: Bool) throws {
        let data: [UInt8] = [0, 1, 127, 128, 129, 255]
        let file = Self.file(tag: 1, bits: 8, extensible: extensible, data: data)
        #expect(try Self.samples(file) == [-32_768, -32_512, -256, 0, 256, 32_512])
    }

    @Test("Reads wider integers rounded to 16 bits, without wrapping", arguments: [24, 32], [false, true])
    func wide(bits: Int, extensible: Bool) throws {
        let half = 1 << (bits - 17)
        let values = [
            0, 1, half - 1, half, -half, -half - 1, 5 << (bits - 16), (1 << (bits - 1)) - 1, -1 << (bits - 1),
        ]
        let data = values.flatMap { Self.number($0, bits / 8) }
        let file = Self.file(tag: 1, bits: bits, extensible: extensible, data: data)
        #expect(try Self.samples(file) == [0, 0, 0, 1, 0, -1, 5, .max, .min])
    }

    @Test("Reads 16 bits at any place in memory", arguments: [2, 3])
    func unaligned(junk: Int) throws {
        let data = [-3, 700, 32_767, -32_768].flatMap { Self.number($0, 2) }
        var file = Self.file(tag: 1, bits: 16, data: data)
        file.insert(
            contentsOf: Array("junk".utf8) + Self.number(junk, 4) + [9, 9, 9, 9].prefix(junk + junk % 2),
            at: 36
        )
        #expect(try Self.samples(file) == [-3, 700, .max, .min])
    }

    @Test("Takes fewer bits than the bytes hold to be the upper ones")
    func leftJustified() throws {
        // 12 of 16, 20 of 24, and 24 in blocks of four bytes.
        #expect(try Self.samples(Self.file(tag: 1, bits: 12, data: Self.number(0x1230, 2))) == [0x1230])
        #expect(try Self.samples(Self.file(tag: 1, bits: 20, data: Self.number(0x123450, 3))) == [0x1234])
        let wide = Self.file(tag: 1, bits: 24, channels: 2, blockAlign: 8, data: [0, 0, 1, 2, 0, 0x80, 3, 4])
        #expect(try Self.samples(wide) == [0x0201, 0x0404])
    }

    static let floats: [(Double, Int16)] = [
        (0, 0), (-0.0, 0), (0.5, 16_384), (-1, .min), (1, .max), (7, .max), (-.infinity, .min), (.nan, 0),
        (1.4 / 32_768, 1), (-1.6 / 32_768, -2), (1e-30, 0),
    ]

    @Test("Reads floating point, clipped, with silence for what is no number", arguments: [false, true])
    func float(extensible: Bool) throws {
        let single = Self.floats.flatMap { Self.number(Int(Float($0.0).bitPattern), 4) }
        let double = Self.floats.flatMap { Self.number(Int(bitPattern: UInt($0.0.bitPattern)), 8) }
        let expected = Self.floats.map(\.1)
        #expect(try Self.samples(Self.file(tag: 3, bits: 32, extensible: extensible, data: single)) == expected)
        #expect(try Self.samples(Self.file(tag: 3, bits: 64, extensible: extensible, data: double)) == expected)
    }

    @Test("Reads G.711", arguments: [false, true])
    func g711(extensible: Bool) throws {
        let codes = Array(UInt8.min...UInt8.max)
        let aLaw = Self.file(tag: 6, bits: 8, extensible: extensible, data: codes)
        let muLaw = Self.file(tag: 7, bits: 8, extensible: extensible, data: codes)
        #expect(try Self.samples(aLaw) == codes.map(G711.decodeALaw))
        #expect(try Self.samples(muLaw) == codes.map(G711.decodeMuLaw))
    }

    @Test("Leaves out a frame that is not whole", arguments: [(8, 1), (16, 2), (24, 3), (32, 4)], [1, 2, 3, 8])
    func partialFrame(width: (bits: Int, bytes: Int), channels: Int) throws {
        let whole = 2 * channels * width.bytes
        for extra in 0..<(channels * width.bytes) {
            let data = [UInt8](repeating: 0x80, count: whole + extra)
            let file = try WAVFile(parsing: Self.file(tag: 1, bits: width.bits, channels: channels, data: data))
            #expect(file.samples.count == 2 * channels)
            #expect(file.mono.count == 2)
        }
    }

    @Test("Refuses what it cannot decode", arguments: [(2, 4), (0x55, 16), (1, 0), (1, 33), (3, 16), (6, 16), (7, 4)])
    func refuses(tag: Int, bits: Int) {
        let file = Self.file(tag: tag, bits: bits, data: [0, 0, 0, 0])
        #expect(throws: WAVError.unsupported(formatTag: tag, bits: bits, channels: 1)) { try WAVFile(parsing: file) }
    }

    @Test(
        "Reads rates that recorders have",
        arguments: [(999, false), (1_000, true), (384_000, true), (384_001, false)]
    )
    func rates(rate: Int, isRead: Bool) {
        let file = try? WAVFile(parsing: Self.file(tag: 1, bits: 8, rate: rate, data: [128]))
        #expect((file != nil) == isRead)
    }

    @Test("Never traps, whatever the bytes are")
    func damage() {
        var random = SeededGenerator(seed: 7)
        let whole = Self.file(tag: 1, bits: 24, channels: 2, extensible: true, data: [UInt8](repeating: 1, count: 60))
        for _ in 0..<2_000 {
            var bytes = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                guard let index = bytes.indices.randomElement(using: &random) else { continue }
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            if let file = try? WAVFile(parsing: bytes) { #expect(file.samples.count % file.channels == 0) }
        }
    }
}
