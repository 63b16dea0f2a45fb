internal import JSON

/// Tells when a streamed answer has its first token.
///
/// What comes before is of no use to anyone, such as an event with the role alone, or a comment: an answer that breaks off
/// there may be asked for elsewhere.
struct FirstToken {
    private var parser = EventStreamParser()

    init() {}

    /// Takes more of the stream; returns whether the token has come, or something that is not known.
    mutating func hasCome(in piece: [UInt8]) -> Bool {
        parser.take(piece).contains { !Self.isOpening($0) }
    }

    private static func isOpening(_ event: [UInt8]) -> Bool {
        guard let value = try? JSONValue(parsing: event.span), case .array(let choices)? = value["choices"] else {
            return false
        }
        return choices.allSatisfy { choice in
            guard choice["finish_reason"] == nil || choice["finish_reason"] == .null else { return false }
            return (choice["delta"] ?? .null).members.allSatisfy { name, value in
                name == "role" || value == .null || value.string == ""
            }
        }
    }
}
