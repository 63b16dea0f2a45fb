internal import JSON

/// What a language model's server says went wrong.
///
/// Understands `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, FastAPI's `{"detail": …}`, a bare
/// `{"message", "type", "code"}`, one of these in a list (Google), and plain text.
struct ServerComplaint: Equatable {
    /// A short identifier: its `code`, or else its `type`.
    var code: String?
    /// An HTTP status, which some gateways give as the code.
    var status: Int?
    /// For the log only.
    var message: String?

    /// A complaint of our own about an answer.
    init(message: String) { self.message = message }

    init(body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body.span) else {
            message = String(validating: body.prefix(2_000), as: UTF8.self)
            return
        }
        self = Self(in: value.elements.first ?? value) ?? Self(value)
    }

    /// The error object in an answer, if there is one.
    init?(in value: JSONValue) {
        let error = [value["error"], value["detail"]].lazy.compactMap { $0 }.first { $0 != .null }
        guard let error else { return nil }
        self.init(error)
    }

    private init(_ error: JSONValue) {
        let part = error.elements.first ?? error
        message = part.string ?? ["message", "msg", "detail"].lazy.compactMap { part[$0]?.string }.first
        status = part["code"]?.scalar.flatMap(Int.init).flatMap { (400...599).contains($0) ? $0 : nil }
        code = [part["code"], part["type"]].lazy.compactMap { $0?.string }.first(where: Self.isIdentifier)
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(identifierBytes.contains) && Int(text) == nil
    }

    private static let identifierBytes =
        Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-".utf8)
}
