import Characters
import Hummingbird
import JSON

extension PageRequest {
    /// Reads `after`, `limit` and `order` of the query.
    init(_ request: Request) throws(CharacterError) {
        self.init(after: request.queryValue("after"))
        if let text = request.queryValue("limit") {
            guard let limit = Int(text), Self.limits.contains(limit) else {
                let expected = "a whole number from \(Self.limits.lowerBound) to \(Self.limits.upperBound)"
                throw .invalid(param: "limit", expected: expected)
            }
            self.limit = limit
        }

        switch request.queryValue("order") {
        case nil, "asc": break
        case "desc": newestFirst = true
        default: throw .invalid(param: "order", expected: "'asc' or 'desc'")
        }
    }
}

extension Request {
    /// A field of the query, decoded.
    func queryValue(_ name: String) -> String? { query.last { $0.name == name }?.value }
}

extension JSONValue {
    /// A list as OpenAI writes it.
    static func list(_ elements: [JSONValue], hasMore: Bool = false) -> JSONValue {
        [
            "object": "list",
            "data": .array(elements),
            "first_id": elements.first?["id"] ?? .null,
            "last_id": elements.last?["id"] ?? .null,
            "has_more": .bool(hasMore),
        ]
    }
}
