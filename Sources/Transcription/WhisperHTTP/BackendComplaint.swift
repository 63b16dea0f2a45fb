internal import FoundationEssentials

/// What a backend says went wrong.
///
/// Understands `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, FastAPI's `{"detail": …}` with a string, an
/// object or a list, the bare `{"message", "type", "code"}` of older vLLM servers, and plain text.
struct BackendComplaint: Equatable {
    /// A short identifier: its `code`, or else its `type`.
    var code: String?
    /// For the log only.
    var message: String?
    /// Whether it came as an object made for errors, so that it cannot be a transcript.
    var isStructured: Bool
    /// Whether it names the format of the answer or the times in it.
    var isAboutFormat = false

    /// Whether there is neither a code nor a message.
    var saysNothing: Bool { code == nil && message?.isEmpty != false }

    init(body: [UInt8], contentType: String?) {
        guard body.first(where: { !TolerantJSON.isSpace($0) }) == UInt8(ascii: "{") else {
            let isText = MediaType(contentType).isText
            self.init(code: nil, message: isText ? String(validating: body, as: UTF8.self) : nil, isStructured: false)
            isAboutFormat = Self.namesFormat(body)
            return
        }
        let wire = TolerantJSON.decode(WireComplaint.self, body)
        let part = wire?.nested ?? wire?.bare
        self.init(
            code: [part?.code, part?.type].compactMap { $0 }.first(where: Self.isIdentifier),
            message: part?.message,
            isStructured: wire?.nested != nil
        )
        isAboutFormat = Self.namesFormat(body)
    }

    /// The name of a field stands in the message, in `param` (OpenAI) or in `loc` (FastAPI).
    private static func namesFormat(_ body: [UInt8]) -> Bool {
        let text = String(decoding: body.prefix(4_096), as: UTF8.self).lowercased()
        return ["response_format", "timestamp_granularities", "verbose_json"].contains { text.contains($0) }
    }

    private init(code: String?, message: String?, isStructured: Bool) {
        self.code = code
        self.message = message
        self.isStructured = isStructured
    }

    private static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(identifierBytes.contains)
    }

    private static let identifierBytes =
        Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-".utf8)
}

private struct WireComplaint: Decodable {
    /// From `error` or `detail`.
    var nested: Part?
    /// From the outermost object.
    var bare: Part

    enum Key: String, CodingKey { case error, detail }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        bare = try Part(from: decoder)
        for key in [Key.error, .detail] where nested == nil {
            let list = (try? fields.decode([Part].self, forKey: key))?.first
            nested = list ?? (try? fields.decode(Part.self, forKey: key))
            if nested?.isEmpty == true { nested = nil }
        }
    }

    /// A string, or an object whose fields may be missing or of another type.
    struct Part: Decodable {
        var message: String?
        var type: String?
        var code: String?

        var isEmpty: Bool { message == nil && type == nil && code == nil }

        enum Key: String, CodingKey { case message, msg, detail, error, type, code }

        init(from decoder: any Decoder) throws {
            guard let fields = try? decoder.container(keyedBy: Key.self) else {
                message = try? decoder.singleValueContainer().decode(String.self)
                return
            }
            message =
                [Key.message, .msg, .detail, .error].lazy
                .compactMap { try? fields.decode(String.self, forKey: $0) }.first
            type = try? fields.decode(String.self, forKey: .type)
            code = try? fields.decode(String.self, forKey: .code)
        }
    }
}
