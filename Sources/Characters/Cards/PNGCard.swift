import Audio

/// A picture with a card in its text chunks.
///
/// Source: PNG (ISO/IEC 15948), sections 5 and 11.3.4.3; the chunk `ccv3` has a card of the third version, and `chara` one
/// of the second or first, each as JSON in Base64.
enum PNGCard {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The JSON of the card: that of the third version where there are both.
    static func card(in file: [UInt8]) throws(CardError) -> [UInt8] {
        var found: [String: ArraySlice<UInt8>] = [:]
        var rest = file[...].dropFirst(signature.count)
        while !rest.isEmpty {
            guard rest.count >= 12 else { throw .damaged("a chunk of the picture is cut off") }
            let start = rest.startIndex
            let length = Self.number(rest[start..<(start + 4)])
            guard length <= rest.count - 12 else { throw .damaged("a chunk of the picture is cut off") }
            let (kind, data) = (rest[(start + 4)..<(start + 8)], rest[(start + 8)..<(start + 8 + length)])
            if kind.elementsEqual("IEND".utf8) { break }
            if kind.elementsEqual("tEXt".utf8), let end = data.firstIndex(of: 0) {
                let name = String(decoding: data[..<end], as: UTF8.self)
                // A writer that changes a card may leave the old chunk behind its own.
                if found[name] == nil { found[name] = data[(end + 1)...] }
            }
            rest = rest.dropFirst(12 + length)
        }

        guard let text = found["ccv3"] ?? found["chara"] else { throw .noCardInPicture }
        return try decoded(text)
    }

    /// The four bytes of a number, the highest first.
    static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static func decoded(_ text: ArraySlice<UInt8>) throws(CardError) -> [UInt8] {
        guard text.count <= CharacterLimits.card / 3 * 4 + 4 else { throw .tooLarge(limit: CharacterLimits.card) }
        guard let bytes = Base64.decode(Array(text).span) else {
            throw .damaged("the card in the picture is not Base64")
        }
        return bytes
    }
}
