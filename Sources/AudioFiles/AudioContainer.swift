/// A container of audio, told by how its bytes begin.
///
/// The name and the media type that a client gives are not asked: they are often wrong. Because one of these is found
/// first, ffmpeg never guesses, and formats that name other files (playlists, scripts) cannot be reached at all.
enum AudioContainer: Equatable, CaseIterable, Sendable {
    case aac, aiff, amr, au, caf, flac, matroska, mov, mp3, ogg, wav

    /// Bytes in which a container must show.
    private static let window = 64 << 10

    /// `nil` when the file begins like none.
    init?(_ file: SpooledFile) {
        let head = file.bytes(0..<Self.window)

        // Encoders pad MP3 files with zeros, and taggers put an ID3 tag before any format.
        let zeros = head.prefix { $0 == 0 }.count
        let tag = Self.tagLength(head.dropFirst(zeros))
        let start = zeros + tag
        let audio = tag == 0 ? head.dropFirst(start) : file.bytes(start..<start + Self.window)[...]
        guard !audio.isEmpty else { return nil }
        if Self.isMov(head) {
            self = .mov
        } else if let known = Self.signature(audio) {
            self = known
        } else if let frame = MPEGFrame(audio) ?? MPEGFrame.resynchronise(audio) {
            self = frame.container
        } else if tag > 0 {
            self = .mp3
        } else {
            return nil
        }
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

    private static func signature(_ bytes: ArraySlice<UInt8>) -> AudioContainer? {
        func has(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: text.utf8)
        }
        if ["RIFF", "RF64", "BW64", "RIFX"].contains(where: { has($0) }), has("WAVE", at: 8) { return .wav }
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

    /// Bytes of an ID3v2 tag, or 0 (ID3 2.4.0, section 3.1: four bytes of 7 bits).
    private static func tagLength(_ bytes: ArraySlice<UInt8>) -> Int {
        let head = Array(bytes.prefix(10))
        guard head.count == 10, head.starts(with: "ID3".utf8) else { return 0 }
        return head[6...].reduce(0) { $0 << 7 | Int($1 & 0x7F) } + 10
    }
}
