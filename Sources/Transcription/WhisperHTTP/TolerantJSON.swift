internal import FoundationEssentials

/// Reads JSON as backends write it.
///
/// Python writes NaN and Infinity without quotes, which RFC 8259 section 6 does not allow; they are read as `null`.
/// Foundation's own tolerance, `allowsJSON5`, traps on bytes that are not UTF-8.
enum TolerantJSON {
    /// The value, or `nil` when the bytes are not JSON or of another shape.
    static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) -> T? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        return try? JSONDecoder().decode(type, from: Data(withoutNonNumbers(bytes)))
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        [0x20, 0x09, 0x0A, 0x0D].contains(byte)
    }

    /// The same JSON with `null` for NaN, Infinity and -Infinity outside strings.
    static func withoutNonNumbers(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes[...]
        var isInString = false
        while let byte = rest.first {
            if isInString, byte == UInt8(ascii: "\\") {
                result += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if !isInString, starts.contains(byte), let name = names.first(where: { rest.starts(with: $0) }) {
                result += "null".utf8
                rest = rest.dropFirst(name.count)
            } else {
                if byte == UInt8(ascii: "\"") { isInString.toggle() }
                result.append(byte)
                rest = rest.dropFirst()
            }
        }

        return result
    }

    private static let names = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }
    private static let starts: ClosedRange<UInt8> = UInt8(ascii: "-")...UInt8(ascii: "N")
}
