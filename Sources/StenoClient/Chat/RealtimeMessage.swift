import Audio
import JSON

/// What the client of a conversation sends.
enum RealtimeMessage: Equatable {
    /// Samples per second, both ways: the one rate that every server of the protocol takes.
    static let sampleRate = 24_000

    /// What stands in `event_id`, so that errors can be told apart.
    enum Cause {
        static let setup = "steno_setup"
        static let question = "steno_question"
        static let truncation = "steno_truncation"
    }

    case setup(ChatSettings)
    case audio([Int16])
    case text(String)
    /// Asks for an answer to what was typed.
    case answer
    /// So much of the item was played before the user spoke.
    case truncate(item: String, milliseconds: Int)

    /// The message as JSON.
    var text: String { String(decoding: json.text, as: UTF8.self) }

    private var json: JSONValue {
        switch self {
        case .setup(let settings):
            ["type": "session.update", "event_id": .string(Cause.setup), "session": settings.json]
        case .audio(let samples):
            ["type": "input_audio_buffer.append", "audio": .string(Base64.encode(PCM16.bytes(samples)))]
        case .text(let text):
            [
                "type": "conversation.item.create", "event_id": .string(Cause.question),
                "item": [
                    "type": "message", "role": "user", "content": [["type": "input_text", "text": .string(text)]],
                ],
            ]
        case .answer: ["type": "response.create", "event_id": .string(Cause.question)]
        case .truncate(let item, let milliseconds):
            [
                "type": "conversation.item.truncate", "event_id": .string(Cause.truncation), "item_id": .string(item),
                "content_index": 0, "audio_end_ms": .integer(milliseconds),
            ]
        }
    }
}

/// What a conversation asks of the server.
public struct ChatSettings: Equatable, Sendable {
    /// Whether the bot speaks, and hears; else both sides write.
    public var isSpoken: Bool
    public var voice: String?
    /// What the bot is told to be; the server's own if left out.
    public var instructions: String?
    /// The language of the speech, such as `en`.
    public var language: String?
    /// The model that transcribes the user; some servers transcribe only when one is named.
    public var transcriber: String?

    public init(
        isSpoken: Bool = true,
        voice: String? = nil,
        instructions: String? = nil,
        language: String? = nil,
        transcriber: String? = nil
    ) {
        self.isSpoken = isSpoken
        self.voice = voice
        self.instructions = instructions
        self.language = language
        self.transcriber = transcriber
    }

    fileprivate var json: JSONValue {
        var session: [String: JSONValue] = [
            "type": "realtime", "output_modalities": isSpoken ? ["audio"] : ["text"],
        ]
        if let instructions { session["instructions"] = .string(instructions) }
        guard isSpoken else { return .object(session) }
        let format: JSONValue = ["type": "audio/pcm", "rate": .integer(RealtimeMessage.sampleRate)]
        var (input, output) = (["format": format], ["format": format])
        if let voice { output["voice"] = .string(voice) }
        var transcription: [String: JSONValue] = [:]
        if let language { transcription["language"] = .string(language) }
        if let transcriber { transcription["model"] = .string(transcriber) }
        if !transcription.isEmpty { input["transcription"] = .object(transcription) }
        session["audio"] = ["input": .object(input), "output": .object(output)]
        return .object(session)
    }
}
