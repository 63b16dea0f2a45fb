import JSON
import Testing

@testable import StenoClient

@Suite("Messages of a conversation")
struct ChatMessageTests {
    static func json(_ message: RealtimeMessage) throws -> JSONValue {
        let bytes = Array(message.text.utf8)
        return try JSONValue(parsing: bytes.span)
    }

    @Test("Asks for speech at 24 kHz, with what was set and nothing else")
    func spokenSettings() throws {
        let plain = try Self.json(.setup(ChatSettings()))
        let format: JSONValue = ["type": "audio/pcm", "rate": 24_000]
        #expect(
            plain["session"] == [
                "type": "realtime", "output_modalities": ["audio"],
                "audio": ["input": ["format": format], "output": ["format": format]],
            ]
        )
        let settings = ChatSettings(voice: "v", instructions: "Be \"short\".", language: "en", transcriber: "w")
        let session = try Self.json(.setup(settings))["session"]
        #expect(session?["instructions"] == "Be \"short\".")
        #expect(session?["audio"]?["output"]?["voice"] == "v")
        #expect(session?["audio"]?["input"]?["transcription"] == ["language": "en", "model": "w"])
    }

    @Test("Asks for text without a word of audio")
    func textSettings() throws {
        let settings = ChatSettings(isSpoken: false, voice: "v", instructions: "x", language: "en")
        let session = try Self.json(.setup(settings))["session"]
        #expect(session == ["type": "realtime", "output_modalities": ["text"], "instructions": "x"])
    }

    @Test("Sends samples as little-endian base64")
    func audio() throws {
        #expect(try Self.json(.audio([1, -2]))["audio"] == "AQD+/w==")
    }

    @Test(
        "Reads the server's events",
        arguments: [
            (
                #"{"type":"response.output_text.delta","response_id":"r","delta":"a"}"#,
                .saying(response: "r", delta: "a")
            ),
            (
                #"{"type":"response.output_audio_transcript.delta","response_id":"r","delta":"a"}"#,
                .saying(response: "r", delta: "a")
            ),
            (#"{"type":"response.output_audio.delta","item_id":"i","delta":"AQD+/w=="}"#, .speech(item: "i", [1, -2])),
            (
                #"{"type":"response.done","response":{"id":"r","status":"cancelled"}}"#,
                .answerEnded(response: "r", .cancelled)
            ),
            (
                #"{"type":"response.done","response":{"id":"r","status":"failed","status_details":{"error":{"code":"c","#
                    + #""message":"m"}}}}"#,
                .answerEnded(response: "r", .failed(.init(message: "m", code: "c")))
            ),
            (
                #"{"type":"error","error":{"message":"m","code":null,"event_id":"e"}}"#,
                .refused(.init(message: "m", code: nil), cause: "e")
            ),
            (#"{"type":"rate_limits.updated"}"#, .other),
        ] as [(String, ChatEvent)]
    )
    func events(text: String, event: ChatEvent) throws {
        #expect(try ChatEvent(parsing: text) == event)
    }

    @Test("Refuses what is no event", arguments: ["", "[]", "{}", "{\"type\":1}"])
    func noEvent(text: String) {
        #expect(throws: StenoClientError.self) { try ChatEvent(parsing: text) }
    }

    @Test(
        "Finds the conversations of a server",
        arguments: [
            ("ws://h:1", "/v1/realtime?model=a%2Fb"), ("ws://h:1/", "/v1/realtime?model=a%2Fb"),
            ("ws://h/x/realtime", "/x/realtime?model=a%2Fb"), ("ws://h/?model=m&k=v", "/v1/realtime?model=m&k=v"),
            ("ws://h?k=v", "/v1/realtime?k=v&model=a%2Fb"),
        ]
    )
    func url(text: String, target: String) throws {
        #expect(try ChatOptions(url: text, model: "a/b").serverURL.target == target)
    }
}
