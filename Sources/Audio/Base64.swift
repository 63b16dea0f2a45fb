/// Base64 as clients really send it (RFC 4648 sections 4 and 5).
///
/// Both alphabets may be mixed, padding may be missing, and white space may stand anywhere. Foundation's decoder, which is
/// as fast (`docs/performance.md`), takes none of these.
public enum Base64 {
    /// The bytes that `text` stands for, or `nil` when it is not base64.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { output, count in
            text.withUnsafeBufferPointer { text in
                let clean = decodeGroups(text, into: &output)
                count = clean / 4 * 3
                isValid = decodeRest(UnsafeBufferPointer(rebasing: text[clean...]), into: &output, at: &count)
            }
        }
        return isValid ? bytes : nil
    }

    /// Decodes groups of four letters up to the first that holds anything else.
    ///
    /// Returns how many letters were taken.
    private static func decodeGroups(
        _ text: UnsafeBufferPointer<UInt8>,
        into output: inout UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        values.withUnsafeBufferPointer { values in
            var read = 0
            var written = 0
            while read + 4 <= text.count {
                let a = values[Int(text[read])]
                let b = values[Int(text[read + 1])]
                let c = values[Int(text[read + 2])]
                let d = values[Int(text[read + 3])]
                guard (a | b | c | d) & notALetter == 0 else { break }
                output[written] = a << 2 | b >> 4
                output[written + 1] = b << 4 | c >> 2
                output[written + 2] = c << 6 | d
                read += 4
                written += 3
            }
            return read
        }
    }

    /// Decodes letter by letter: white space, padding, and a last group of two or three letters.
    private static func decodeRest(
        _ text: UnsafeBufferPointer<UInt8>,
        into output: inout UnsafeMutableBufferPointer<UInt8>,
        at count: inout Int
    ) -> Bool {
        var group: [UInt8] = []
        var padding = 0
        for character in text where !isSpace(character) {
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            let value = values[Int(character)]
            guard value & notALetter == 0, padding == 0 else { return false }
            group.append(value)
            if group.count == 4 { write(&group, into: &output, at: &count) }
        }
        guard group.count != 1, padding <= 2 else { return false }
        write(&group, into: &output, at: &count)
        return true
    }

    /// Writes the bytes that up to four letters stand for.
    private static func write(
        _ group: inout [UInt8],
        into output: inout UnsafeMutableBufferPointer<UInt8>,
        at count: inout Int
    ) {
        let bits = group.reduce(0) { $0 << 6 | UInt32($1) } << (6 * UInt32(4 - group.count))
        for index in 0..<max(0, group.count - 1) {
            output[count] = UInt8(truncatingIfNeeded: bits >> (16 - 8 * UInt32(index)))
            count += 1
        }
        group.removeAll(keepingCapacity: true)
    }

    private static func isSpace(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): true
        default: false
        }
    }

    /// Set in the value of every character that is not one of the 64 letters.
    private static let notALetter: UInt8 = 0x80

    /// The value of each letter of both alphabets.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: notALetter, count: 256)
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()
}
