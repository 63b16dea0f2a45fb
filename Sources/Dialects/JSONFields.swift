import JSON
import Sessions

/// The fields of a JSON object, read with errors that name the field by its path.
///
/// A field that is absent is `nil`; one that is null is `.some(nil)` where null has a meaning, and a mistake elsewhere.
struct JSONFields {
    let values: [String: JSONValue]
    /// Where the object stands in the message, with a dot at the end; empty for the message itself.
    var path = ""

    func string(_ name: String) throws(ClientError) -> String? {
        switch values[name] {
        case nil: nil
        case .string(let string): string
        default: throw wrong(name, "a string")
        }
    }

    func nullableString(_ name: String) throws(ClientError) -> String?? {
        if values[name] == .null { return .some(nil) }
        return try string(name).map { .some($0) } ?? nil
    }

    func bool(_ name: String) throws(ClientError) -> Bool? {
        switch values[name] {
        case nil: nil
        case .bool(let bool): bool
        default: throw wrong(name, "true or false")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ClientError) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        switch values[name] {
        case nil: return nil
        case .number(let number):
            guard let integer = Int(exactly: number), range.contains(integer) else { throw wrong(name, expected) }
            return integer
        default: throw wrong(name, expected)
        }
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(ClientError) -> Double? {
        switch values[name] {
        case nil: return nil
        case .number(let number) where range.contains(number): return number
        default: throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// The fields of an object, or `.some(nil)` for null.
    func nullableObject(_ name: String) throws(ClientError) -> JSONFields?? {
        switch values[name] {
        case nil: nil
        case .null: .some(nil)
        case .object(let fields): JSONFields(values: fields, path: path + name + ".")
        default: throw wrong(name, "an object or null")
        }
    }

    /// The fields of an object; `nil` when it is absent or null.
    func object(_ name: String) throws(ClientError) -> JSONFields? { try nullableObject(name) ?? nil }

    func missing(_ name: String) -> ClientError {
        ClientError(.missingParameter, "'\(path)\(name)' is missing.", param: path + name)
    }

    func wrong(_ name: String, _ expected: String) -> ClientError {
        ClientError(.invalidValue, "'\(path)\(name)' must be \(expected).", param: path + name)
    }
}
