import Audio
import Testing

@Suite("WAV file")
struct WAVFileTests {
    @Test("Reads what it writes", arguments: [0, 1, 2, 1_001], [1, 2])
    func roundTrip(frames: Int, channels: Int) throws {
        let samples = (0..<frames * channels).map { Int16(truncatingIfNeeded: $0 * 7_919 - 5) }
        let file = WAVFile(sampleRate: 22_050, channels: channels, samples: samples)
        #expect(try WAVFile(parsing: file.encoded()) == file)
    }

    @Test("Has the header that the specification lays out")
    func header() {
        let bytes = WAVFile(sampleRate: 16_000, samples: [1, -2]).encoded()
        let expected: [UInt8] =
            Array("RIFF".utf8) + [40, 0, 0, 0] + Array("WAVEfmt ".utf8) + [16, 0, 0, 0, 1, 0, 1, 0]
            + [0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0] + Array("data".utf8) + [4, 0, 0, 0, 1, 0, 0xFE, 0xFF]
        #expect(bytes == expected)
    }

    @Test("Takes a data size that a streaming writer left open to mean the rest", arguments: [0, 0xFF])
    func openSize(byte: UInt8) throws {
        var bytes = WAVFile(sampleRate: 8_000, samples: [1, 2, 3]).encoded()
        for index in 40..<44 { bytes[index] = byte }
        #expect(try WAVFile(parsing: bytes).samples == [1, 2, 3])
    }

    @Test("Skips chunks it does not know, odd ones too")
    func unknownChunks() throws {
        let file = WAVFile(sampleRate: 8_000, samples: [5, 6])
        var bytes = file.encoded()
        bytes.insert(contentsOf: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0], at: 12)
        #expect(try WAVFile(parsing: bytes) == file)
    }

    @Test("Refuses what is no WAV file, and one without audio")
    func refuses() {
        let file = WAVFile(sampleRate: 8_000, samples: [1]).encoded()
        #expect(throws: WAVError.notWAV) { try WAVFile(parsing: Array("OggS and more bytes".utf8)) }
        #expect(throws: WAVError.truncated) { try WAVFile(parsing: Array(file[..<20])) }
    }

    @Test("Mixes channels to their mean")
    func mono() {
        #expect(WAVFile(sampleRate: 8_000, channels: 2, samples: [10, 20, .max, .max]).mono == [15, .max])
    }
}
