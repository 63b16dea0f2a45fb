extension JSONValue {
    /// As UTF-8, without white space and with keys in alphabetical order; numbers must be finite.
    public var text: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.text
    }
}

/// Writes JSON as RFC 8259 has it; strings escape no more than they must.
private struct JSONWriter {
    private static let digits = Array("0123456789abcdef".utf8)
    /// Whole numbers below are exact as a `Double`: 2^53.
    private static let exactLimit = 9_007_199_254_740_992.0

    private(set) var text: [UInt8] = []

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: text += "null".utf8
        case .bool(let bool): text += (bool ? "true" : "false").utf8
        case .number(let number): write(number)
        case .string(let string): write(string)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(element)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(member.key)
                text.append(UInt8(ascii: ":"))
                write(member.value)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(_ number: Double) {
        precondition(number.isFinite, "JSON has no number for \(number)")
        if number == number.rounded(), abs(number) < Self.exactLimit {
            text += "\(Int64(number))".utf8
        } else {
            text += "\(number)".utf8
        }
    }

    private mutating func write(_ string: String) {
        var string = string
        text.append(UInt8(ascii: "\""))
        string.withUTF8 { bytes in
            var start = 0
            for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                text += bytes[start..<index]
                escape(byte)
                start = index + 1
            }
            text += bytes[start...]
        }
        text.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        text.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: text.append(byte)
        case 0x08: text.append(UInt8(ascii: "b"))
        case 0x09: text.append(UInt8(ascii: "t"))
        case 0x0A: text.append(UInt8(ascii: "n"))
        case 0x0C: text.append(UInt8(ascii: "f"))
        case 0x0D: text.append(UInt8(ascii: "r"))
        default:
            text += "u00".utf8
            text.append(Self.digits[Int(byte >> 4)])
            text.append(Self.digits[Int(byte & 0x0F)])
        }
    }
}
