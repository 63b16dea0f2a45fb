import TestSupport
import Testing

@testable import Audio

@Suite("What a stream is, by its first bytes")
struct StreamKindTests {
    static let containers: [([UInt8], ForeignContainer)] = [
        ([0x1A, 0x45, 0xDF, 0xA3, 0x9F], .webM),
        (Array("OggS\0\u{2}".utf8), .ogg),
        ([0, 0, 0, 32] + Array("ftypisom".utf8), .mp4),
        (Array("fLaC\0\0\0\u{22}".utf8), .flac),
        (Array("ID3\u{4}\0\0\0\0\0\0".utf8), .mp3),
        (mp3Frame + mp3Frame + mp3Frame, .mp3),
        (Array("caff\0\u{1}\0\0desc".utf8), .caf),
        (Array("FORM\0\0\0\0AIFC".utf8), .aiff),
        (Array(".snd\0\0\0\u{18}".utf8), .au),
        (Array("#!AMR\n".utf8), .amr),
        ([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], .asf),
        (Array(#"{"type":"commit"}"#.utf8), .json),
        (Array("{\n  \"type\": \"input_audio_buffer.append\",\n  \"audio\": \"AAAAAAAAAAAA".utf8), .json),
    ]

    /// MPEG 1, layer III, 128 kbit/s at 44.1 kHz: 417 bytes.
    static let mp3Frame: [UInt8] = [0xFF, 0xFB, 0x90, 0x64] + [UInt8](repeating: 0x55, count: 413)

    @Test("Is told of a container however its mark is cut", arguments: containers)
    func anyCut(bytes: [UInt8], expected: ForeignContainer) {
        for count in 0..<bytes.count {
            let kind = StreamKind(sniffing: Array(bytes[..<count]))
            #expect(kind == nil || kind == .foreign(expected))
        }
        #expect(StreamKind(sniffing: bytes) == .foreign(expected))
    }

    @Test("Is samples where a mark goes on differently")
    func samples() {
        for bytes: [UInt8] in [
            [1], [0, 0, 0, 0, 0], Array("RIFF....AVI ".utf8), Array("{\"".utf8) + [0, 1, 2], [0xFF, 0xFF, 0, 0],
        ] {
            #expect(StreamKind(sniffing: bytes) == .samples)
        }
        #expect(StreamKind(sniffing: []) == nil)
    }

    @Test("Is no MP3 where frames do not follow each other")
    func noMP3() {
        #expect(StreamKind(sniffing: Self.mp3Frame + Self.mp3Frame) == nil)
        #expect(StreamKind(sniffing: Self.mp3Frame + [0] + Self.mp3Frame) == .samples)
        #expect(StreamKind(sniffing: Self.mp3Frame + [0xFF, 0xF3, 0x90, 0x64]) == .samples)
    }

    @Test("Is MP3 at every bit rate and with padding, when frames have those lengths")
    func lengths() {
        // 64 kbit/s at 24 kHz of version 2; 32 kbit/s at 8 kHz of version 2.5, padded.
        for (head, length): ([UInt8], Int) in [([0xFF, 0xF3, 0x84, 0], 192), ([0xFF, 0xE3, 0x4A, 0], 289)] {
            let frame = head + [UInt8](repeating: 0, count: length - 4)
            #expect(StreamKind(sniffing: frame + frame + frame) == .foreign(.mp3))
        }
    }

    @Test("Is samples for noise that begins like a frame", arguments: 0..<200)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let noise = (0..<1_500).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(StreamKind(sniffing: [0xFF, 0xFB] + noise) == .samples)
    }
}
