package import JSON
package import Sessions
import Transcription

/// The fields of a JSON object, read with errors that name the field by its path.
///
/// A field that is absent is `nil`; one that is null is `.some(nil)` where null has a meaning, and a mistake elsewhere.
package struct JSONFields {
    package var values: [String: JSONValue]
    /// Where the object stands in the message, with a dot at the end; empty for the message itself.
    package let path: String

    package init(values: [String: JSONValue], path: String = "") {
        self.values = values
        self.path = path
    }

    /// Bytes that a name may have: a model's, an item's, a message's own.
    static let maximumName = 512

    /// The client's name for its message, which an error about the message repeats.
    func eventID() throws(ClientError) -> String? {
        guard case .string? = values["event_id"] else { return nil }
        return try string("event_id", maximum: Self.maximumName)
    }

    package func string(_ name: String) throws(ClientError) -> String? {
        switch values[name] {
        case nil: nil
        case .string(let string): string
        default: throw wrong(name, "a string")
        }
    }

    package func nullableString(_ name: String) throws(ClientError) -> String?? {
        try nullableString(name, maximum: .max)
    }

    /// A string of at most so many bytes of UTF-8.
    func string(_ name: String, maximum: Int) throws(ClientError) -> String? {
        guard let text = try string(name) else { return nil }
        guard text.utf8.count <= maximum else { throw wrong(name, "a string of at most \(maximum) bytes") }
        return text
    }

    /// A string of at most so many bytes of UTF-8, or `.some(nil)` for null.
    func nullableString(_ name: String, maximum: Int) throws(ClientError) -> String?? {
        if values[name] == .null { return .some(nil) }
        guard let text = try string(name, maximum: maximum) else { return nil }
        return .some(text)
    }

    /// The code of a language; `.some(nil)` where the engine is to find out.
    func language(_ name: String = "language") throws(ClientError) -> String?? {
        guard let text = try nullableString(name) else { return nil }
        do {
            return .some(try LanguageChoice(reading: text).code)
        } catch {
            throw wrong(name, UnknownLanguage.allowed)
        }
    }

    /// One of a type's names.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ type: Choice.Type = Choice.self
    ) throws(ClientError) -> Choice? where Choice.RawValue == String {
        guard values[name] != nil else { return nil }
        guard case .string(let string) = values[name], let choice = Choice(rawValue: string) else {
            throw wrong(name, "one of " + Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
        }
        return choice
    }

    package func bool(_ name: String) throws(ClientError) -> Bool? {
        switch values[name] {
        case nil: nil
        case .bool(let bool): bool
        default: throw wrong(name, "true or false")
        }
    }

    package func integer(_ name: String, in range: ClosedRange<Int>) throws(ClientError) -> Int? {
        guard let value = values[name] else { return nil }
        guard case .number(let number) = value, let integer = Int(exactly: number), range.contains(integer) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    package func number(_ name: String, in range: ClosedRange<Double>) throws(ClientError) -> Double? {
        switch values[name] {
        case nil: return nil
        case .number(let number) where range.contains(number): return number
        default: throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// The fields of an object, or `.some(nil)` for null.
    package func nullableObject(_ name: String) throws(ClientError) -> JSONFields?? {
        switch values[name] {
        case nil: nil
        case .null: .some(nil)
        case .object(let fields): JSONFields(values: fields, path: path + name + ".")
        default: throw wrong(name, "an object or null")
        }
    }

    /// The fields of an object; `nil` when it is absent or null.
    package func object(_ name: String) throws(ClientError) -> JSONFields? { try nullableObject(name) ?? nil }

    package func missing(_ name: String) -> ClientError {
        ClientError(.missingParameter, "'\(path)\(name)' is missing.", param: path + name)
    }

    package func wrong(_ name: String, _ expected: String) -> ClientError {
        ClientError(.invalidValue, "'\(path)\(name)' must be \(expected).", param: path + name)
    }
}
