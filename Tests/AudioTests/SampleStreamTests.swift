import Testing

@testable import Audio

@Suite("Sample stream")
struct SampleStreamTests {
    private static let samples: [Int16] = [1, -2, 300, -32_768]

    private static func read(_ bytes: [UInt8], pieces size: Int, rate: Int = 24_000) throws -> ([Int16], Int) {
        var stream = SampleStream(rate: rate)
        var samples: [Int16] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            samples += try stream.take(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return (samples + stream.finish(), stream.rate)
    }

    @Test("Reads bare samples and WAV at their own rate, however they are split", arguments: [1, 3, 7, 1_000])
    func formats(size: Int) throws {
        let bare = try Self.read(PCM16.bytes(Self.samples) + [7], pieces: size)
        #expect(bare == (Self.samples, 24_000))
        let file = WAVFile(sampleRate: 22_050, samples: Self.samples).encoded()
        #expect(try Self.read(file, pieces: size) == (Self.samples, 22_050))
        let open = WAVFile.openHeader(sampleRate: 8_000) + PCM16.bytes(Self.samples)
        #expect(try Self.read(open, pieces: size) == (Self.samples, 8_000))
    }

    @Test("Mixes the channels of a file to one")
    func channels() throws {
        let stereo = WAVFile(sampleRate: 16_000, channels: 2, samples: [100, 300, -100, -300]).encoded()
        #expect(try Self.read(stereo, pieces: 5) == ([200, -200], 16_000))
    }

    @Test("Refuses what is neither", arguments: ["ID3\u{3}", "OggS\0", "fLaC"])
    func refuses(text: String) {
        #expect(throws: AudioRefusal.self) { try Self.read(Array(text.utf8) + [0, 0, 0, 0], pieces: 100) }
    }

    @Test("Writes a header that says that nobody knows the length")
    func openHeader() throws {
        let file = WAVFile.openHeader(sampleRate: 24_000) + PCM16.bytes(Self.samples)
        #expect(file.count == 44 + 8)
        #expect(try WAVFile(parsing: file) == WAVFile(sampleRate: 24_000, samples: Self.samples))
    }
}
