/// A cursor over JSON text (RFC 8259) that checks every byte once and never goes back.
///
/// Its time is linear in the text whatever the text holds, and nesting is bounded. The text must be valid UTF-8.
struct JSONLexer {
    /// A string's place between its quotes.
    struct StringToken {
        var place: Range<Int>
        /// Whether it must be unescaped before use.
        var hasEscapes: Bool
    }

    let text: UnsafeRawBufferPointer
    private(set) var index = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// The next byte that is not white space, which is not taken.
    mutating func next() throws(JSONError) -> UInt8 {
        skipSpace()
        guard index < text.count else { throw malformed }
        return text[index]
    }

    /// Takes the next byte that is not white space if it is this one.
    mutating func take(_ character: Unicode.Scalar) throws(JSONError) -> Bool {
        guard try next() == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    /// Takes the next byte that is not white space, which must be this one.
    mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
        guard try take(character) else { throw malformed }
    }

    /// Makes sure that nothing but white space is left.
    mutating func expectEnd() throws(JSONError) {
        skipSpace()
        guard index == text.count else { throw malformed }
    }

    var malformed: JSONError { .malformed(at: index) }

    private mutating func skipSpace() {
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): index += 1
            default: return
            }
        }
    }
}

extension JSONLexer {
    /// Takes a string.
    mutating func string() throws(JSONError) -> StringToken {
        try expect("\"")
        let first = index
        var hasEscapes = false

        while true {
            skipPlainCharacters()
            guard index < text.count else { throw malformed }

            switch text[index] {
            case UInt8(ascii: "\""):
                index += 1
                return StringToken(place: first..<index - 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                _ = try escape()
            default:
                throw malformed
            }
        }
    }

    /// Takes an escape, of which `\uD83D\uDE00` is one.
    mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard index + 1 < text.count else { throw malformed }

        let scalar: Unicode.Scalar
        switch text[index + 1] {
        case UInt8(ascii: "u"): return try unicodeEscape()
        case UInt8(ascii: "\""): scalar = "\""
        case UInt8(ascii: "\\"): scalar = "\\"
        case UInt8(ascii: "/"): scalar = "/"
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{C}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        default: throw malformed
        }

        index += 2
        return scalar
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }

        // A high surrogate says something only together with the low one that follows it.
        guard first < 0xDC00 else { throw malformed }
        let second = try codeUnit()
        guard 0xDC00..<0xE000 ~= second else { throw malformed }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw malformed }
        return scalar
    }

    /// Takes `\u` and four hexadecimal digits.
    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        guard index + 6 <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
            throw malformed
        }

        var value: UInt16 = 0
        for character in text[index + 2..<index + 6] {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(character - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(character - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(character - UInt8(ascii: "A") + 10)
            default: throw malformed
            }
        }

        index += 6
        return value
    }

    /// Goes to the next quote, backslash or control character, sixteen bytes at a time while there is none.
    mutating func skipPlainCharacters() {
        while index + 16 <= text.count {
            guard Self.ends(in: word(at: index)) | Self.ends(in: word(at: index + 8)) == 0 else { break }
            index += 16
        }

        while index + 8 <= text.count {
            let ends = Self.ends(in: word(at: index))
            guard ends == 0 else {
                index += ends.trailingZeroBitCount / 8
                return
            }
            index += 8
        }

        while index < text.count {
            switch text[index] {
            case ..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            default: index += 1
            }
        }
    }

    private func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The highest bit of each byte that is a quote, a backslash or a control character.
    ///
    /// Subtracting 1 from each byte borrows from the byte's highest bit exactly where the byte was 0, as in "Hacker's
    /// Delight", section 6-1. A byte above such a one may be found wrongly, but the lowest is looked at.
    private static func ends(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let borrows = (quotes &- ones) | (backslashes &- ones) | (word &- ones &* 0x20)
        // Neither a quote nor a backslash has the highest bit, so all three have that of the text.
        return borrows & ~word & (ones << 7)
    }
}

extension JSONLexer {
    /// Takes `true`, `false` or `null`.
    mutating func literal(_ word: StaticString) throws(JSONError) {
        let rest = text[index...]
        let isThere = word.withUTF8Buffer { rest.starts(with: $0) }
        guard isThere else { throw malformed }
        index += word.utf8CodeUnitCount
    }

    /// Takes a number and gives its place.
    mutating func number() throws(JSONError) -> Range<Int> {
        let first = index
        if text[index] == UInt8(ascii: "-") { index += 1 }
        let start = index
        let digits = skipDigits()
        guard digits == 1 || digits > 1 && text[start] != UInt8(ascii: "0") else { throw malformed }

        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() > 0 else { throw malformed }
        }

        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() > 0 else { throw malformed }
        }

        return first..<index
    }

    private mutating func skipDigits() -> Int {
        let first = index
        while index < text.count, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        return index - first
    }
}
