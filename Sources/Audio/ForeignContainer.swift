/// Audio that is packed in a way that a stream of samples cannot be, told by its first bytes.
public enum ForeignContainer: String, CaseIterable, Sendable {
    case webM = "WebM or Matroska"
    case ogg = "Ogg"
    case mp4 = "MP4"
    case flac = "FLAC"
    case mp3 = "MP3"
    case json = "JSON text"

    /// - Parameter bytes: The beginning of a stream; `nil` where they may well be samples.
    public init?(sniffing bytes: [UInt8]) {
        func has(_ mark: some Sequence<UInt8>, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: mark)
        }
        if has([0x1A, 0x45, 0xDF, 0xA3]) {
            self = .webM
        } else if has("OggS\0".utf8) {
            self = .ogg
        } else if has("ftyp".utf8, at: 4) {
            self = .mp4
        } else if has("fLaC\0".utf8) {
            self = .flac
        } else if has("ID3".utf8), bytes.count > 9, bytes[3] < 5 {
            self = .mp3
        } else if has("{\"".utf8), bytes.last == UInt8(ascii: "}"), bytes.allSatisfy({ $0 >= 0x20 }) {
            self = .json
        } else {
            return nil
        }
    }
}
