import Testing

@testable import AudioFiles

@Suite("Audio container")
struct AudioContainerTests {
    static let id3: [UInt8] = Array("ID3".utf8) + [4, 0, 0, 0, 0, 1, 2] + [UInt8](repeating: 7, count: 130)

    static let beginnings: [(AudioContainer, [UInt8])] = [
        (.wav, Array("RIFF\0\0\0\0WAVE".utf8)),
        (.wav, Array("RF64\0\0\0\0WAVE".utf8)),
        (.wav, Array("RIFX\0\0\0\0WAVE".utf8)),
        (.aiff, Array("FORM\0\0\0\0AIFC".utf8)),
        (.aiff, Array("FORM\0\0\0\0AIFF".utf8)),
        (.flac, Array("fLaC".utf8)),
        (.flac, id3 + Array("fLaC".utf8)),
        (.ogg, Array("OggS".utf8)),
        (.caf, Array("caff".utf8)),
        (.au, Array(".snd".utf8)),
        (.amr, Array("#!AMR\n".utf8)),
        (.matroska, [0x1A, 0x45, 0xDF, 0xA3]),
        (.mov, [0, 0, 0, 0x20] + Array("ftypM4A ".utf8)),
        (.mov, [0, 0, 0, 8] + Array("wide".utf8)),
        (.mp3, [0xFF, 0xFB, 0x90]),
        (.mp3, [0, 0, 0, 0xFF, 0xFB, 0x90]),
        (.mp3, [0xFF, 0xF3, 0x40]),
        (.mp3, id3 + [0xFF, 0xFB, 0x90]),
        (.mp3, id3 + [0]),
        (.aac, [0xFF, 0xF1, 0x50]),
        (.aac, id3 + [0xFF, 0xF9, 0x50]),
    ]

    @Test("Is told by how the bytes begin", arguments: beginnings)
    func known(container: AudioContainer, bytes: [UInt8]) throws {
        #expect(AudioContainer(try SpooledFile(bytes)) == container)
    }

    @Test(
        "Is none that names other files, and none for text or damage",
        arguments: [
            "", "\0\0\0\0", "#EXTM3U\nfile.mp3", "ffconcat version 1.0\nfile '/etc/passwd'", "v=0\no=- 0 0 IN IP4 0",
            "<?xml version=\"1.0\"?><MPD>", "RIFF\0\0\0\0AVI ", "FORM\0\0\0\0ILBM", "ID3", "[playlist]", "hello",
            "#!AM",
        ]
    )
    func unknown(text: String) throws {
        #expect(AudioContainer(try SpooledFile(Array(text.utf8))) == nil)
    }

    @Test(
        "Is no frame when a field has a reserved value",
        arguments: [[0xFF, 0xEB, 0x90], [0xFF, 0xFB, 0xF0], [0xFF, 0xFB, 0x9C], [0xFF, 0xE0, 0x90], [0xFF, 0xFB]]
    )
    func reserved(bytes: [UInt8]) throws {
        #expect(AudioContainer(try SpooledFile(bytes)) == nil)
    }

    @Test("Is none when nothing follows an ID3 tag, or the tag is cut off")
    func tagOnly() throws {
        #expect(AudioContainer(try SpooledFile(Self.id3 + [])) == nil)
        #expect(AudioContainer(try SpooledFile(Array(Self.id3.prefix(40)))) == nil)
    }

    @Test("Is told by what follows a tag of any length, as one with a picture has")
    func longTag() throws {
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0x40, 0, 0] + [UInt8](repeating: 0xFF, count: 1 << 20)
        #expect(AudioContainer(try SpooledFile(tag + Array("OggS".utf8))) == .ogg)
    }

    @Test("Gives ffmpeg one demuxer, no network and no second file", arguments: AudioContainer.allCases)
    func arguments(container: AudioContainer) throws {
        let arguments = FFmpeg.arguments(for: container)
        func value(_ option: String) throws -> String {
            arguments[try #require(arguments.firstIndex(of: option)) + 1]
        }
        #expect(try value("-format_whitelist") == container.demuxer)
        #expect(try value("-f") == container.demuxer)
        #expect(try value("-protocol_whitelist") == "file")
        #expect(try value("-i") == "file:/proc/self/fd/0")
        #expect(arguments.contains("-enable_drefs") == (container == .mov))
        #expect(arguments.contains("-nostdin"))
    }
}
