/// What a stream is, told by its first bytes.
enum StreamKind: Equatable {
    case samples
    case wav
    case foreign(ForeignContainer)

    /// - Parameter bytes: The beginning of a stream; more of it is needed where the result is `nil`.
    init?(sniffing bytes: [UInt8]) {
        if let mark = Self.marks.first(where: { Self.matches(bytes, mark: $0.bytes) }) {
            guard bytes.count >= mark.bytes.count else { return nil }
            self = mark.kind
        } else if let isText = Self.isJSON(bytes) {
            self = isText ? .foreign(.json) : .samples
        } else if bytes.first == UInt8(ascii: "{") {
            return nil
        } else {
            guard let isMP3 = MP3Frame.begins(bytes) else { return nil }
            self = isMP3 ? .foreign(.mp3) : .samples
        }
    }

    private struct Mark {
        /// `nil` stands for any byte.
        var bytes: [UInt8?]
        var kind: StreamKind
    }

    private static let marks =
        [
            Mark(bytes: text("RIFF????WAVE"), kind: .wav),
            Mark(bytes: text("RF64????WAVE"), kind: .wav),
            Mark(bytes: text("BW64????WAVE"), kind: .wav),
            Mark(bytes: [0x1A, 0x45, 0xDF, 0xA3], kind: .foreign(.webM)),
            Mark(bytes: text("OggS\0"), kind: .foreign(.ogg)),
            // No such box has 64 KiB, and few samples begin like this one.
            Mark(bytes: [0, 0] + text("??ftyp"), kind: .foreign(.mp4)),
            Mark(bytes: text("fLaC"), kind: .foreign(.flac)),
            Mark(bytes: text("caff\0\u{1}"), kind: .foreign(.caf)),
            Mark(bytes: text("FORM????AIF"), kind: .foreign(.aiff)),
            Mark(bytes: text(".snd\0\0"), kind: .foreign(.au)),
            Mark(bytes: text("#!AMR"), kind: .foreign(.amr)),
            Mark(bytes: [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66], kind: .foreign(.asf)),
        ] + [2, 3, 4].map { Mark(bytes: text("ID3") + [$0], kind: .foreign(.mp3)) }

    private static func text(_ text: String) -> [UInt8?] {
        text.utf8.map { $0 == UInt8(ascii: "?") ? nil : $0 }
    }

    /// Whether `bytes` begin with `mark`, or may once there are more of them.
    private static func matches(_ bytes: [UInt8], mark: [UInt8?]) -> Bool {
        zip(bytes, mark).allSatisfy { byte, expected in expected == nil || byte == expected }
    }

    /// An object that ends where the bytes do, or text that has gone on for longer than samples look like it.
    private static func isJSON(_ bytes: [UInt8]) -> Bool? {
        let (space, enough) = ("\t\n\r ".utf8, 64)
        guard bytes.first == UInt8(ascii: "{") else { return nil }
        guard bytes.count > 1 else { return nil }
        let isText = bytes.prefix(enough).allSatisfy { $0 >= 0x20 || space.contains($0) }
        guard isText, bytes[1] == UInt8(ascii: "\"") || space.contains(bytes[1]) else { return false }
        return bytes.count >= enough || bytes.last == UInt8(ascii: "}") ? true : nil
    }
}
