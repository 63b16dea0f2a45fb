public import JSON

/// What a backend says went wrong.
///
/// Understands `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, FastAPI's `{"detail": …}` with a string, an
/// object or a list, the bare `{"message", "type", "code"}` of older vLLM servers, one of these in a list (Google), and
/// plain text.
public struct Complaint: Equatable, Sendable {
    /// A short identifier: its `code`, or else its `type`.
    public var code: String?
    /// An HTTP status, which some gateways give as the code.
    public var status: Int?
    /// For the log only.
    public var message: String?
    /// Whether it came as an object made for errors, so that it is no answer.
    public var isStructured = false

    /// What is read of a text that is not JSON, in bytes.
    private static let longestText = 2_000

    /// A complaint of our own about an answer.
    public init(message: String) { self.message = message }

    public init(body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body.span) else {
            let text = String(validating: body.prefix(Self.longestText), as: UTF8.self)
            message = text.flatMap { Self.isPlain($0) ? $0 : nil }
            return
        }
        self = Self(in: value.elements.first ?? value) ?? Self(part: value)
    }

    /// The error object in an answer, if there is one.
    public init?(in value: JSONValue) {
        let errors = [value["error"], value["detail"]].lazy.compactMap { $0 }
        guard let error = errors.first(where: { $0 != .null && $0 != .array([]) }) else { return nil }
        self.init(part: error)
        isStructured = true
    }

    /// Whether there is neither a code nor a message.
    public var saysNothing: Bool { code == nil && message?.isEmpty != false }

    private init(part error: JSONValue) {
        let part = error.elements.first ?? error
        message = part.string ?? ["message", "msg", "detail", "error"].lazy.compactMap { part[$0]?.string }.first
        status = part["code"]?.scalar.flatMap(Int.init).flatMap { (400...599).contains($0) ? $0 : nil }
        code = [part["code"], part["type"]].lazy.compactMap { $0?.string }.first(where: Self.isIdentifier)
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.first, first != "{" else { return false }
        return !text.unicodeScalars.contains { $0.value < 0x20 && !["\t", "\n", "\r"].contains($0) }
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(identifierBytes.contains) && Int(text) == nil
    }

    private static let identifierBytes =
        Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-".utf8)
}
