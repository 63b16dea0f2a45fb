import Audio
import CZlib

extension CharacterCard {
    /// How a card is sent.
    public enum File: String, CaseIterable, Sendable {
        case json
        /// A picture of one grey pixel, with the card as both versions in its text chunks.
        case png
        /// A ZIP archive with the card as `card.json`.
        case charx
    }

    /// The card as a file.
    ///
    /// - Parameter version: That of JSON and of the archive; a picture has both.
    public func file(_ kind: File, version: Version) -> [UInt8] {
        switch kind {
        case .json: text(as: version)
        case .png: picture
        case .charx: Self.archive(text(as: version))
        }
    }

    private var picture: [UInt8] {
        func text(_ name: String, _ version: Version) -> [UInt8] {
            Self.chunk("tEXt", data: Array(name.utf8) + [0] + Array(Base64.encode(self.text(as: version)).utf8))
        }
        // One pixel of eight bits, grey, not interlaced; its one row is a filter of 0 and the pixel, stored by zlib as is.
        let header = Self.chunk("IHDR", data: [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
        let pixel = Self.chunk("IDAT", data: [0x78, 0x01, 0x01, 2, 0, 0xFD, 0xFF, 0, 0x80, 0, 0x82, 0, 0x81])
        return PNGCard.signature + header + text("chara", .v2) + text("ccv3", .v3) + pixel
            + Self.chunk("IEND", data: [])
    }

    private static func chunk(_ kind: String, data: [UInt8]) -> [UInt8] {
        let content = Array(kind.utf8) + data
        return bytes(data.count, count: 4).reversed() + content + bytes(checksum(content), count: 4).reversed()
    }

    /// An archive whose one entry is stored as it is.
    private static func archive(_ card: [UInt8]) -> [UInt8] {
        let name = CHARXCard.name
        // Version 2.0, no flags, stored, 1980-01-01, checksum, sizes, length of the name, nothing else.
        let about =
            bytes(20, count: 2) + bytes(0, count: 2) + bytes(0, count: 2) + bytes(0, count: 2) + bytes(0x21, count: 2)
            + bytes(checksum(card), count: 4)
            + bytes(card.count, count: 4) + bytes(card.count, count: 4) + bytes(name.count, count: 2)
            + bytes(0, count: 2)
        let entry = bytes(0x0403_4B50, count: 4) + about + name + card
        let directory = bytes(0x0201_4B50, count: 4) + bytes(20, count: 2) + about + bytes(0, count: 14) + name
        return entry + directory + bytes(0x0605_4B50, count: 4) + bytes(0, count: 4) + bytes(1, count: 2)
            + bytes(1, count: 2)
            + bytes(directory.count, count: 4) + bytes(entry.count, count: 4) + bytes(0, count: 2)
    }

    private static func checksum(_ bytes: [UInt8]) -> Int {
        Int(bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, uInt($0.count)) })
    }

    /// A number in so many bytes, the lowest first.
    private static func bytes(_ number: Int, count: Int) -> [UInt8] {
        (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 }
    }
}
