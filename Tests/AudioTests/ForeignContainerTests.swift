import Audio
import Testing

@Suite("Containers that are no samples")
struct ForeignContainerTests {
    @Test("Are told by their first bytes")
    func known() {
        #expect(ForeignContainer(sniffing: [0x1A, 0x45, 0xDF, 0xA3, 0x9F]) == .webM)
        #expect(ForeignContainer(sniffing: Array("OggS\0\u{2}".utf8)) == .ogg)
        #expect(ForeignContainer(sniffing: [0, 0, 0, 32] + Array("ftypisom".utf8)) == .mp4)
        #expect(ForeignContainer(sniffing: Array("fLaC\0\0\0\u{22}".utf8)) == .flac)
        #expect(ForeignContainer(sniffing: Array("ID3\u{4}\0\0\0\0\0\0".utf8)) == .mp3)
        #expect(ForeignContainer(sniffing: Array(#"{"type":"commit"}"#.utf8)) == .json)
    }

    @Test("Are not taken for samples, nor samples for them")
    func samples() {
        #expect(ForeignContainer(sniffing: []) == nil)
        #expect(ForeignContainer(sniffing: [UInt8](repeating: 0, count: 3_200)) == nil)
        #expect(ForeignContainer(sniffing: Array("RIFF....WAVE".utf8)) == nil)
        #expect(ForeignContainer(sniffing: Array("{\"".utf8) + [0, 1, 2]) == nil)
    }
}
