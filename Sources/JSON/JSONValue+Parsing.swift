extension JSONValue {
    /// How deep arrays and objects may stand in one another.
    public static let maximumDepth = 32

    /// The JSON in `text`, read in one pass.
    ///
    /// Of members with the same name the last one counts. Text that is not UTF-8, and numbers that no `Double` comes
    /// near, are malformed.
    public init(parsing text: Span<UInt8>) throws(JSONError) {
        guard (try? UTF8Span(validating: text)) != nil else { throw .malformed(at: 0) }
        self = try text.withUnsafeBytes { bytes throws(JSONError) in
            var lexer = JSONLexer(bytes)
            let value = try lexer.value(depth: 0)
            try lexer.expectEnd()
            return value
        }
    }
}

extension JSONLexer {
    /// Takes a value.
    ///
    /// - Parameter depth: Arrays and objects around it.
    fileprivate mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch try next() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try text(of: string()))
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default:
            return .number(try double(at: number()))
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw .tooDeep }

        try expect("{")
        var members: [String: JSONValue] = [:]
        if try take("}") { return .object(members) }
        repeat {
            let name = try text(of: string())
            try expect(":")
            members[name] = try value(depth: depth + 1)
        } while try take(",")
        try expect("}")
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.maximumDepth else { throw .tooDeep }
        try expect("[")
        var elements: [JSONValue] = []
        if try take("]") { return .array(elements) }
        repeat { elements.append(try value(depth: depth + 1)) } while try take(",")
        try expect("]")
        return .array(elements)
    }
}

extension JSONLexer {
    /// The characters that a string stands for.
    func text(of token: StringToken) throws(JSONError) -> String {
        let characters = UnsafeRawBufferPointer(rebasing: text[token.place])
        guard token.hasEscapes else { return String(decoding: characters, as: UTF8.self) }

        var result: [UInt8] = []
        result.reserveCapacity(characters.count)
        var lexer = JSONLexer(characters)
        while lexer.index < characters.count {
            let first = lexer.index
            lexer.skipPlainCharacters()
            result.append(contentsOf: characters[first..<lexer.index])
            guard lexer.index < characters.count else { break }
            let scalar = try lexer.escape()
            result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }

        return String(decoding: result, as: UTF8.self)
    }

    /// What a number says.
    ///
    /// A mantissa below 2^53 times or by a power of ten up to 10^22 is exact, as both are doubles: W. D. Clinger, "How to
    /// Read Floating Point Numbers Accurately", 1990. Every other number is left to the C library.
    private func double(at place: Range<Int>) throws(JSONError) -> Double {
        var mantissa: UInt64 = 0
        var decimals = 0
        var isFraction = false
        let isNegative = text[place.lowerBound] == UInt8(ascii: "-")

        for character in text[place].dropFirst(isNegative ? 1 : 0) {
            if character == UInt8(ascii: ".") {
                isFraction = true
                continue
            }
            let digit = character &- UInt8(ascii: "0")
            guard digit < 10, mantissa < 1 << 49, decimals < 22 else { return try longDouble(at: place) }
            mantissa = 10 * mantissa + UInt64(digit)
            if isFraction { decimals += 1 }
        }

        let value = Double(mantissa) / Self.powers[decimals]
        return isNegative ? -value : value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]

    private func longDouble(at place: Range<Int>) throws(JSONError) -> Double {
        guard let value = Double(String(decoding: text[place], as: UTF8.self)), value.isFinite else {
            throw .malformed(at: place.lowerBound)
        }
        return value
    }
}
