/// A container of audio, told by how its bytes begin.
///
/// The name and the media type that a client gives are not asked: they are often wrong. Because one of these is found
/// first, ffmpeg never guesses, and formats that name other files (playlists, scripts) cannot be reached at all.
enum AudioContainer: Equatable, CaseIterable, Sendable {
    case aac, aiff, amr, au, caf, flac, matroska, mov, mp3, ogg, wav

    /// `nil` when the bytes begin like none.
    init?(_ bytes: [UInt8]) {
        // Encoders pad MP3 files with zeros, and taggers put an ID3 tag before any format.
        let content = bytes.drop { $0 == 0 }
        let tag = Self.tagLength(content)
        let audio = content.dropFirst(tag)
        let known = Self.isMov(bytes) ? .mov : Self.signature(audio) ?? Self.frame(audio)
        guard let container = known ?? (tag > 0 ? .mp3 : nil), !audio.isEmpty else { return nil }
        self = container
    }

    /// ffmpeg's name for what reads the container.
    var demuxer: String {
        switch self {
        case .aac: "aac"
        case .aiff: "aiff"
        case .amr: "amr"
        case .au: "au"
        case .caf: "caf"
        case .flac: "flac"
        case .matroska: "matroska"
        case .mov: "mov"
        case .mp3: "mp3"
        case .ogg: "ogg"
        case .wav: "wav"
        }
    }

    /// Whether reading may have to go back: in an MP4 file the index often comes last.
    var needsSeeking: Bool { self == .mov }

    private static func signature(_ bytes: ArraySlice<UInt8>) -> AudioContainer? {
        func has(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: text.utf8)
        }
        if has("RIFF") || has("RF64"), has("WAVE", at: 8) { return .wav }
        if has("FORM"), has("AIF", at: 8) { return .aiff }
        if has("fLaC") { return .flac }
        if has("OggS") { return .ogg }
        if has("caff") { return .caf }
        if has(".snd") { return .au }
        if has("#!AMR") { return .amr }
        if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
        return nil
    }

    /// A box that a file of the ISO base media format may begin with (ISO 14496-12, 4.2: its size, then its name).
    private static func isMov(_ bytes: [UInt8]) -> Bool {
        ["ftyp", "moov", "mdat", "free", "skip", "wide"].contains { bytes.dropFirst(4).starts(with: $0.utf8) }
    }

    /// A frame of MPEG audio (ISO 11172-3, 2.4.1.3) or of AAC (ISO 13818-7, 6.2).
    private static func frame(_ bytes: ArraySlice<UInt8>) -> AudioContainer? {
        let head = Array(bytes.prefix(3))
        guard head.count == 3, head[0] == 0xFF else { return nil }
        if head[1] & 0xF6 == 0xF0 { return .aac }
        let isFrame = head[1] & 0xE0 == 0xE0 && head[1] & 0x18 != 0x08 && head[1] & 6 != 0
        return isFrame && head[2] >> 4 != 0xF && head[2] >> 2 & 3 != 3 ? .mp3 : nil
    }

    /// Bytes of an ID3v2 tag, or 0 (ID3 2.4.0, section 3.1: four bytes of 7 bits).
    private static func tagLength(_ bytes: ArraySlice<UInt8>) -> Int {
        let head = Array(bytes.prefix(10))
        guard head.count == 10, head.starts(with: "ID3".utf8) else { return 0 }
        return head[6...].reduce(0) { $0 << 7 | Int($1 & 0x7F) } + 10
    }
}
