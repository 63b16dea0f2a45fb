import JSON

/// What a speech backend says went wrong: `{"error": {"message", "code", "type"}}`, `{"error": "…"}`, FastAPI's
/// `{"detail": …}`, or plain text.
struct SpeechComplaint: Equatable, Sendable {
    /// A short identifier: its `code`, or else its `type`.
    var code: String?
    /// For the log only.
    var message: String?

    init(_ body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body.span) else {
            message = String(validating: body, as: UTF8.self)
            return
        }
        let part = ["error", "detail"].compactMap { value[$0] }.first ?? value
        message = part.string ?? Self.text(of: part, in: ["message", "msg", "error"])
        code = ["code", "type"].compactMap { part[$0]?.string }.first(where: Self.isIdentifier)
    }

    private static func text(of part: JSONValue, in names: [String]) -> String? {
        let object = part.elements.first ?? part
        return names.compactMap { object[$0]?.string }.first
    }

    private static func isIdentifier(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...64).contains(bytes.count)
            && bytes.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                    || "_.-".utf8.contains(byte)
            }
    }
}
