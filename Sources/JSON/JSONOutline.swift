/// The members of a JSON object, found and checked but left where they stand in the text.
///
/// It serves messages that hold one very long string: nothing of it is copied before somebody asks.
public struct JSONOutline: Sendable {
    public struct Member: Sendable {
        public var name: String
        /// Where its value stands in the text, quotes and brackets included.
        public var place: Range<Int>
        /// Where the characters of a string stand that has no escapes; `nil` for every other value.
        public var characters: Range<Int>?
    }

    /// Members that an object may have.
    public static let maximumMembers = 64

    /// In the order of the text.
    public private(set) var members: [Member] = []

    public init() {}

    /// Finds the members of the object in `text`, which is valid UTF-8.
    public init(of text: Span<UInt8>) throws(JSONError) { try read(text) }

    /// Finds the members of another object, in the memory that the last one took.
    public mutating func read(_ text: Span<UInt8>) throws(JSONError) {
        members.removeAll(keepingCapacity: true)
        try text.withUnsafeBytes { bytes throws(JSONError) in
            var lexer = JSONLexer(bytes)
            try lexer.readMembers(into: &members)
            try lexer.expectEnd()
        }
    }

    /// Finds the elements of the array in `text`, which is valid UTF-8; none in any other value.
    public static func elements(of text: Span<UInt8>) throws(JSONError) -> [Range<Int>] {
        try text.withUnsafeBytes { bytes throws(JSONError) in
            var lexer = JSONLexer(bytes)
            return try lexer.readElements()
        }
    }

    /// The member of this name; the last one where there are several.
    public subscript(name: String) -> Member? { members.last { $0.name == name } }
}

extension JSONLexer {
    fileprivate mutating func readMembers(into members: inout [JSONOutline.Member]) throws(JSONError) {
        guard try take("{") else {
            try skipValue(depth: 0)
            try expectEnd()
            throw .notAnObject
        }

        if try take("}") { return }

        repeat {
            guard members.count < JSONOutline.maximumMembers else { throw .tooManyMembers }
            let name = try text(of: string())
            try expect(":")

            let isString = try next() == UInt8(ascii: "\"")
            let first = index
            if isString {
                let token = try string()
                let characters = token.hasEscapes ? nil : token.place
                members.append(JSONOutline.Member(name: name, place: first..<index, characters: characters))
            } else {
                try skipValue(depth: 1)
                members.append(JSONOutline.Member(name: name, place: first..<index))
            }
        } while try take(",")
        try expect("}")
    }

    fileprivate mutating func readElements() throws(JSONError) -> [Range<Int>] {
        guard try take("[") else { return [] }

        if try take("]") { return [] }
        var places: [Range<Int>] = []
        repeat {
            guard places.count < JSONOutline.maximumMembers else { throw .tooManyMembers }
            _ = try next()
            let first = index
            try skipValue(depth: 1)
            places.append(first..<index)
        } while try take(",")
        try expect("]")
        return places
    }

    /// Checks a value and goes behind it.
    ///
    /// - Parameter depth: Arrays and objects around it.
    private mutating func skipValue(depth: Int) throws(JSONError) {
        switch try next() {
        case UInt8(ascii: "{"):
            try skipItems(from: "{", to: "}", depth: depth) { lexer throws(JSONError) in
                _ = try lexer.string()
                try lexer.expect(":")
                try lexer.skipValue(depth: depth + 1)
            }
        case UInt8(ascii: "["):
            try skipItems(from: "[", to: "]", depth: depth) { lexer throws(JSONError) in
                try lexer.skipValue(depth: depth + 1)
            }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }

    private mutating func skipItems(
        from opening: Unicode.Scalar,
        to closing: Unicode.Scalar,
        depth: Int,
        item: (inout JSONLexer) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard depth < JSONValue.maximumDepth else { throw .tooDeep }
        try expect(opening)
        if try take(closing) { return }
        repeat { try item(&self) } while try take(",")
        try expect(closing)
    }
}
