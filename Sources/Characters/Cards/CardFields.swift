import JSON

/// The members of an object of a card, read with errors that name the member by its path.
///
/// A member that is absent or null says nothing.
struct CardFields {
    var members: [String: JSONValue]
    /// Where the object stands in the card, with a dot at the end; empty for the card itself.
    var path: String

    func text(_ name: String) throws(CardError) -> String {
        switch members[name] {
        case nil, .null: return ""
        case .string(let text): return text
        default: throw wrong(name, "a text")
        }
    }

    func texts(_ name: String) throws(CardError) -> [String] {
        switch members[name] {
        case nil, .null: return []
        case .array(let elements):
            let texts = elements.compactMap(\.string)
            guard texts.count == elements.count else { throw wrong(name, "a list of texts") }
            return texts
        default: throw wrong(name, "a list of texts")
        }
    }

    func flag(_ name: String) throws(CardError) -> Bool? {
        switch members[name] {
        case nil, .null: return nil
        case .bool(let flag): return flag
        default: throw wrong(name, "true or false")
        }
    }

    func number(_ name: String) throws(CardError) -> Double? {
        switch members[name] {
        case nil, .null: return nil
        case .number(let number): return number
        default: throw wrong(name, "a number")
        }
    }

    func object(_ name: String) throws(CardError) -> [String: JSONValue]? {
        switch members[name] {
        case nil, .null: return nil
        case .object(let members): return members
        default: throw wrong(name, "an object")
        }
    }

    func wrong(_ name: String, _ expected: String) -> CardError { .field(path + name, expected: expected) }
}
