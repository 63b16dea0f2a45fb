/// Base64, decoded as clients really send it (RFC 4648 sections 4 and 5).
///
/// Both alphabets may be mixed, padding may be missing, and white space may stand anywhere. Foundation's decoder, which is
/// no faster (`docs/performance.md`), takes none of these.
public enum Base64 {
    /// The bytes that `text` stands for, or `nil` when it is not base64.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        return decode(text, into: &bytes) ? bytes : nil
    }

    /// Puts the bytes that `text` stands for in the place of those in `bytes`, in the same memory if it suffices.
    ///
    /// - Returns: Whether `text` is base64; if not, `bytes` is empty.
    public static func decode(_ text: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
        let room = text.count / 4 * 3 + 3
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: repeatElement(0, count: room))
        var count = 0
        let isValid = bytes.withUnsafeMutableBufferPointer { output in
            var output = UnsafeMutableBufferPointer(rebasing: output[...])
            return text.withUnsafeBufferPointer { text in
                let clean = decodeGroups(UnsafeRawBufferPointer(text), into: UnsafeMutableRawBufferPointer(output))
                count = clean / 4 * 3
                return decodeRest(UnsafeBufferPointer(rebasing: text[clean...]), into: &output, at: &count)
            }
        }
        bytes.removeLast(room - (isValid ? count : 0))
        return isValid
    }

    /// Decodes groups of four letters up to the first that holds anything else.
    ///
    /// Each group is written as four bytes, of which the next group overwrites the last: `output` has at least three bytes
    /// more than the groups stand for.
    ///
    /// Returns how many letters were taken.
    private static func decodeGroups(
        _ text: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        places.withUnsafeBufferPointer { places in
            var read = 0
            var written = 0
            while read + 4 <= text.count {
                let letters = UInt32(littleEndian: text.loadUnaligned(fromByteOffset: read, as: UInt32.self))
                let group =
                    places[Int(letters & 0xFF)] | places[0x100 | Int(letters >> 8 & 0xFF)]
                    | places[0x200 | Int(letters >> 16 & 0xFF)] | places[0x300 | Int(letters >> 24)]
                guard group & notInAGroup == 0 else { break }
                output.storeBytes(of: group.littleEndian, toByteOffset: written, as: UInt32.self)
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
        var group = Group()
        var padding = 0
        for character in text where !isSpace(character) {
            if character == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            let value = values[Int(character)]
            guard value & notALetter == 0, padding == 0 else { return false }
            group.append(value)
            if group.length == 4 { group.write(into: &output, at: &count) }
        }

        guard group.length != 1, padding <= 2 else { return false }
        group.write(into: &output, at: &count)
        return true
    }

    /// Up to four letters.
    private struct Group {
        var bits: UInt32 = 0
        var length: UInt32 = 0

        mutating func append(_ value: UInt8) {
            bits = bits << 6 | UInt32(value)
            length += 1
        }

        /// Writes the bytes that the letters stand for, and begins another group.
        mutating func write(into output: inout UnsafeMutableBufferPointer<UInt8>, at count: inout Int) {
            guard length > 0 else { return }
            bits <<= 6 * (4 - length)
            for index in 0..<length - 1 {
                output[count] = UInt8(truncatingIfNeeded: bits >> (16 - 8 * index))
                count += 1
            }
            self = Group()
        }
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bytes in the standard alphabet (RFC 4648 section 4), with padding and without white space.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var written = 0
            func put(_ bits: UInt32, _ count: Int) {
                for index in 0..<4 {
                    let letter = letters[Int(bits >> (18 - 6 * UInt32(index)) & 63)]
                    text[written] = index < count ? letter : UInt8(ascii: "=")
                    written += 1
                }
            }
            var read = 0
            while read + 3 <= bytes.count {
                put(UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8 | UInt32(bytes[read + 2]), 4)
                read += 3
            }
            switch bytes.count - read {
            case 1: put(UInt32(bytes[read]) << 16, 2)
            case 2: put(UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8, 3)
            default: break
            }
            return written
        }
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
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    /// Set in the place of every character that is not one of the 64 letters.
    private static let notInAGroup: UInt32 = 0xFF00_0000

    /// Where the value of each character is in the three bytes of its group, the first byte lowest: of characters that are
    /// first in their group, then of second, third and fourth ones.
    private static let places: [UInt32] = (0..<4).flatMap { position in
        values.map { value in
            if value & notALetter != 0 { return notInAGroup }
            return (UInt32(value) << (18 - 6 * UInt32(position))).byteSwapped >> 8
        }
    }
}
