import Dialects
import JSON
import Sessions
import SpeechSynthesis

/// What is asked of `POST /v1/audio/speech`.
struct SpeechForm: Equatable, Sendable {
    enum Stream: String, CaseIterable, Sendable {
        case audio
        case sse
    }

    /// What is to be said, and how; its text is the whole.
    var request: SynthesisRequest
    /// `nil` leaves it to the server.
    var format: SpeechFormat?
    var stream: Stream

    /// Bytes of the text: what OpenAI's limit of 4096 characters has at most, four times over.
    static let maximumText = 64 << 10
    static let speeds = 0.25...4.0

    /// Reads a request's body.
    init(body: [UInt8]) throws(ClientError) {
        let fields = try JSONFields(body: body)
        guard let text = try fields.string("input") else { throw fields.missing("input") }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw fields.wrong("input", "a text that is not blank")
        }
        guard text.utf8.count <= Self.maximumText else {
            throw fields.wrong("input", "a text of at most \(Self.maximumText) bytes")
        }
        request = SynthesisRequest(
            text: text,
            voice: try Self.voice(fields),
            speed: try Self.present(fields, name: "speed") { fields throws(ClientError) in
                try fields.number("speed", in: Self.speeds)
            } ?? 1,
            instructions: try fields.nullableString("instructions") ?? nil,
            model: try fields.nullableString("model") ?? nil
        )
        format = try Self.present(fields, name: "response_format") { fields throws(ClientError) in
            try fields.choice("response_format")
        }

        stream =
            try Self.present(fields, name: "stream_format") { fields throws(ClientError) in
                try fields.choice("stream_format")
            } ?? .audio
    }

    /// A name, or an object with an `id`.
    private static func voice(_ fields: JSONFields) throws(ClientError) -> String? {
        switch fields.values["voice"] {
        case nil, .null: nil
        case .string(let name): name
        case .object(let object) where object["id"]?.string != nil: object["id"]?.string
        default: throw fields.wrong("voice", "a name, or an object with an 'id'")
        }
    }

    /// Reads a field for which null means that it is absent.
    private static func present<Value>(
        _ fields: JSONFields,
        name: String,
        read: (JSONFields) throws(ClientError) -> Value?
    ) throws(ClientError) -> Value? {
        fields.values[name] == .null ? nil : try read(fields)
    }
}
