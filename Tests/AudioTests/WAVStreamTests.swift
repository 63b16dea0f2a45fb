import TestSupport
import Testing

@testable import Audio

@Suite("WAV files in a stream")
struct WAVStreamTests {
    static let audio = (0..<400).map { Int16(truncatingIfNeeded: $0 &* 2_654_435 >> 3) }

    static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        Array(name.utf8) + number(body.count, 4) + body + (body.count % 2 == 0 ? [] : [0])
    }

    static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// A header with chunks before and behind the format.
    static func header(
        mark: String = "RIFF",
        tag: Int = 1,
        bits: Int = 16,
        channels: Int = 1,
        rate: Int,
        list: Int = 27
    ) -> [UInt8] {
        let block = channels * bits / 8
        let format = number(tag, 2) + number(channels, 2) + number(rate, 4) + number(rate * block, 4) + number(block, 2)
        let size = [UInt8](repeating: 0xFF, count: 4)
        return Array(mark.utf8) + size + Array("WAVE".utf8) + chunk("ds64", [UInt8](repeating: 1, count: 28))
            + chunk("fmt ", format + number(bits, 2)) + chunk("LIST", [UInt8](repeating: 7, count: list))
            + Array("data".utf8) + size
    }

    static func samples(_ pieces: [[UInt8]], _ rate: Int = 16_000, isNamed: Bool = false) -> ([Int16], AudioRefusal?) {
        var intake = AudioIntake()
        var samples: [Int16] = []
        for piece in pieces { intake.append(piece, format: .pcm16(rate: rate), isNamed: isNamed, to: &samples) }
        intake.drain(into: &samples)
        return (samples, intake.refusal)
    }

    static func plain(rate: Int) -> [Int16] { samples([PCM16.bytes(audio)], rate).0 }

    @Test(
        "Gives the same samples wherever the header is cut",
        arguments: ["RIFF", "RF64", "BW64"],
        [8_000, 16_000, 44_100]
    )
    func anyCut(mark: String, rate: Int) {
        let file = Self.header(mark: mark, rate: rate) + PCM16.bytes(Self.audio)
        let expected = Self.plain(rate: rate)
        for cut in 0..<160 {
            #expect(Self.samples([Array(file[..<cut]), Array(file[cut...])]).0 == expected)
        }
        #expect(Self.samples(file.map { [$0] }).0 == expected)
    }

    @Test("Skips a header that is longer than many messages")
    func longHeader() {
        let file = Self.header(rate: 16_000, list: 100_001) + PCM16.bytes(Self.audio)
        let pieces = stride(from: 0, to: file.count, by: 3_200).map { Array(file[$0..<min($0 + 3_200, file.count)]) }
        #expect(Self.samples(pieces).0 == Self.audio)
    }

    @Test("Skips a header in the midst of which a client commits")
    func commitInHeader() {
        let file = Self.header(rate: 16_000) + PCM16.bytes(Self.audio)
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append(Array(file[..<30]), format: .pcm16(rate: 16_000), to: &samples)
        intake.drain(into: &samples)
        intake.append(Array(file[30...]), format: .pcm16(rate: 16_000), to: &samples)
        #expect(samples == Self.audio)
    }

    @Test("Goes on with the header's rate after a commit and after a clear")
    func goesOn() {
        let expected = Self.plain(rate: 8_000)
        var intake = AudioIntake()
        var samples: [Int16] = []
        for part in [Self.header(rate: 8_000), PCM16.bytes(Self.audio), PCM16.bytes(Self.audio)] {
            samples = []
            intake.append(part, format: .pcm16(rate: 16_000), to: &samples)
            intake.drain(into: &samples)
        }
        #expect(Self.isSame(samples, expected))
        intake.reset()
        samples = []
        intake.append(PCM16.bytes(Self.audio), format: .pcm16(rate: 16_000), to: &samples)
        intake.drain(into: &samples)
        #expect(Self.isSame(samples, expected))
    }

    /// The same but for rounding, which depends on what soxr was given before.
    static func isSame(_ samples: [Int16], _ expected: [Int16]) -> Bool {
        samples.count == expected.count && zip(samples, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
    }

    @Test("Ends with a rate that the client names later")
    func namedLater() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append(Self.header(rate: 8_000), format: .pcm16(rate: 16_000), to: &samples)
        intake.append(PCM16.bytes(Self.audio), format: .pcm16(rate: 16_000), isNamed: true, to: &samples)
        #expect(samples == Self.audio)
    }

    @Test("Are read in every encoding, one byte at a time", arguments: [(1, 8), (1, 24), (3, 32), (6, 8), (7, 8)])
    func encodings(tag: Int, bits: Int) throws {
        let data = (0..<1_200).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435 >> 5) }
        let file = Self.header(tag: tag, bits: bits, rate: 16_000) + data
        let expected = try WAVFile(parsing: file).samples
        #expect(Self.samples(file.map { [$0] }).0 == expected)
    }

    @Test("Are mixed to one channel, however they are cut", arguments: [1, 3, 640])
    func stereo(size: Int) throws {
        let file = Self.header(channels: 2, rate: 16_000) + PCM16.bytes(Self.audio)
        let pieces = stride(from: 0, to: file.count, by: size).map { Array(file[$0..<min($0 + size, file.count)]) }
        #expect(Self.samples(pieces).0 == (try WAVFile(parsing: file)).mono)
    }

    @Test("Are refused where the client named another rate, and no sample comes of them until a reset")
    func conflict() {
        let file = Self.header(rate: 8_000) + PCM16.bytes(Self.audio)
        let (samples, refusal) = Self.samples(file.map { [$0] }, 16_000, isNamed: true)
        #expect(samples.isEmpty)
        #expect(refusal == .conflict(header: "PCM at 8000 Hz", named: .pcm16(rate: 16_000)))
        #expect(Self.samples([file], 8_000, isNamed: true).0 == Self.plain(rate: 8_000))

        var intake = AudioIntake()
        var later: [Int16] = []
        intake.append(file, format: .muLaw, isNamed: true, to: &later)
        #expect(intake.refusal == .conflict(header: "PCM at 8000 Hz", named: .muLaw))
        intake.reset()
        intake.append([1, 0], format: .pcm16(rate: 16_000), to: &later)
        #expect(later == [1])
    }

    @Test("Are refused where the header says what no stream can be")
    func refused() {
        #expect(Self.samples([Self.header(rate: 1_000)]).1 == .rate(1_000))
        #expect(Self.samples([Self.header(channels: 17, rate: 8_000)]).1 == .channels(17))
        let unknown = WAVError.unsupported(formatTag: 2, bits: 4, channels: 1)
        #expect(Self.samples([Self.header(tag: 2, bits: 4, rate: 8_000)]).1 == .header(unknown))
        #expect(Self.samples([Array("RIFF....WAVEdata....".utf8)]).1 == .header(.notWAV))
        #expect(Self.samples([Array("RIFF....WAVELISTxxxx".utf8)]).1 == .header(.truncated))
    }

    @Test("Let go of what looked like a mark, in its own format, with the next format or a drain")
    func undecided() {
        #expect(Self.samples([Array("RI".utf8)]).0 == [0x4952])
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append(Array("RI".utf8), format: .pcm16(rate: 16_000), to: &samples)
        #expect(samples.isEmpty)
        intake.append([0xFF], format: .muLaw, to: &samples)
        #expect(samples.first == 0x4952)
    }
}
