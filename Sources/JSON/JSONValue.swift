/// Any JSON: for documents whose fields are looked at one by one, and for those that are written as literals.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Whole numbers are written without a fraction.
    public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(Double(value)) }

    /// The string, or null.
    public static func nullable(_ string: String?) -> JSONValue { string.map { .string($0) } ?? .null }
}

extension JSONValue {
    /// The member of an object.
    public subscript(_ key: String) -> JSONValue? { members[key] }

    /// The members of an object; none for anything else.
    public var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    /// The elements of an array; none for anything else.
    public var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The string that this is.
    public var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// A number, string or truth value as text; whole numbers have no decimals.
    public var scalar: String? {
        switch self {
        case .bool(let bool): "\(bool)"
        case .number(let number): Int(exactly: number).map(String.init) ?? "\(number)"
        case .string(let string): string
        case .null, .array, .object: nil
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByNilLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
