import JSON
import Sessions

/// What a `session` object says about how a conversation is shortened, and what is only told again.
struct RealtimeSessionExtras {
    private static let maximumLength = 16 << 10
    private static let tokens = 1...1_000_000

    let fields: JSONFields

    func read(into update: inout AssistantUpdate) throws(ClientError) {
        update.truncation = try truncation()
        update.tracing = try kept("tracing", expected: "'auto', an object or null") { value in
            if case .object = value { return true }
            return value == "auto"
        }
        update.character = try RealtimeCharacter.read(fields)
        update.prompt = try kept("prompt", expected: "an object with an 'id', or null") { $0["id"]?.string != nil }
    }

    /// The members of a session that tell of it.
    static func json(_ assistant: AssistantSettings) -> [String: JSONValue] {
        [
            "truncation": json(assistant.truncation), "tracing": value(assistant.tracing),
            "prompt": value(assistant.prompt),
        ]
    }

    private static func value(_ text: String?) -> JSONValue {
        guard let text, let value = try? JSONValue(parsing: Array(text.utf8).span) else { return .null }
        return value
    }

    private static func json(_ truncation: Truncation) -> JSONValue {
        switch truncation {
        case .auto: return "auto"
        case .disabled: return "disabled"
        case .retention(let ratio, let tokens):
            var object: [String: JSONValue] = ["type": "retention_ratio", "retention_ratio": .number(ratio)]
            if let tokens { object["token_limits"] = ["post_instructions": .integer(tokens)] }
            return .object(object)
        }
    }

    private func truncation() throws(ClientError) -> Truncation? {
        let expected = "'auto', 'disabled' or an object of type 'retention_ratio'"
        switch fields.values["truncation"] {
        case nil: return nil
        case .null, "auto": return .auto
        case "disabled": return .disabled
        case .object?:
            guard let object = try fields.object("truncation") else { return nil }
            guard object.values["type"] == "retention_ratio" else { throw object.wrong("type", "'retention_ratio'") }
            guard let ratio = try object.number("retention_ratio", in: 0...1) else {
                throw object.missing("retention_ratio")
            }
            let limits = object.values["token_limits"] == .null ? nil : try object.object("token_limits")
            return .retention(ratio: ratio, tokens: try limits?.integer("post_instructions", in: Self.tokens))
        case _?: throw fields.wrong("truncation", expected)
        }
    }

    /// A value that is told again, as JSON text.
    private func kept(
        _ name: String,
        expected: String,
        isAllowed: (JSONValue) -> Bool
    ) throws(ClientError) -> String?? {
        guard let value = fields.values[name] else { return nil }
        if value == .null { return .some(nil) }
        guard isAllowed(value) else { throw fields.wrong(name, expected) }
        let text = value.text
        guard text.count <= Self.maximumLength else {
            throw fields.wrong(name, "at most \(Self.maximumLength) bytes of JSON")
        }
        return .some(String(decoding: text, as: UTF8.self))
    }
}
