import Audio
import JSON
import Sessions
import Testing

@testable import Dialects

@Suite("OpenAI Realtime, audio in items")
struct RealtimeItemAudioTests {
    private static func decode(_ text: String) -> [ClientCommand] {
        var dialect = OpenAIRealtimeDialect(shape: .ga)
        var commands: [ClientCommand] = []
        dialect.decode(text: Array(text.utf8).span, into: &commands)
        return commands
    }

    private static func create(_ content: String, role: String = "user") -> String {
        let item = #"{"id":"a","type":"message","role":"\#(role)","content":[\#(content)]}"#
        return #"{"type":"conversation.item.create","event_id":"mine","item":\#(item)}"#
    }

    private static func created(_ parts: [ConversationItem.Part]) -> ClientCommand {
        .create(ConversationItem(id: "a", content: .message(.user, parts)), after: nil, eventID: "mine")
    }

    private static func error(_ text: String) -> ClientError? {
        guard case .invalid(let error)? = decode(text).first else { return nil }
        return error
    }

    @Test("Comes before its item")
    func reads() {
        let content = #"{"type":"input_text","text":"Look:"},{"type":"input_audio","audio":"AQAC"}"#
        let expected: [ClientCommand] = [
            .itemAudio([1, 0, 2]), Self.created([.text("Look:"), .audio(transcript: nil)]),
        ]
        #expect(Self.decode(Self.create(content)) == expected)
    }

    @Test(
        "Is left alone where there is a transcript",
        arguments: [
            #"{"type":"input_audio","transcript":"hi"}"#, #"{"type":"input_audio","audio":"AQAC","transcript":"hi"}"#,
        ]
    )
    func transcript(part: String) {
        #expect(Self.decode(Self.create(part)) == [Self.created([.audio(transcript: "hi")])])
    }

    @Test(
        "Is refused where it cannot be transcribed",
        arguments: [
            #"{"type":"input_audio"}"#, #"{"type":"input_audio","audio":null,"transcript":null}"#,
            #"{"type":"input_audio","audio":"A"}"#,
            #"{"type":"input_audio","audio":"AQAC"},{"type":"input_audio","audio":"AQAC"}"#,
        ]
    )
    func refused(content: String) throws {
        let error = try #require(Self.error(Self.create(content)))
        #expect((error.code, error.eventID) == (.invalidValue, "mine"))
        #expect(error.param?.hasSuffix("].audio") == true)
    }

    @Test("Is refused of the assistant, and in the input of a response")
    func elsewhere() throws {
        let part = #"{"type":"output_audio","audio":"AQAC"}"#
        #expect(try #require(Self.error(Self.create(part, role: "assistant"))).message.contains("transcript"))
        let item = #"{"type":"message","role":"user","content":[{"type":"input_audio","audio":"AQAC"}]}"#
        let error = try #require(Self.error(#"{"type":"response.create","response":{"input":[\#(item)]}}"#))
        #expect(error.param == "response.input[0].content")
    }

    @Test("May make its message long, and nothing else may")
    func length() throws {
        let bytes = [UInt8](repeating: 1, count: 3 << 17)
        let audio = String(decoding: Base64.encode(bytes).utf8, as: UTF8.self)
        let message = Self.create(#"{"type":"input_audio","audio":"\#(audio)"}"#)
        #expect(message.utf8.count > ClientMessage.maximumLength)
        #expect(Self.decode(message) == [.itemAudio(bytes), Self.created([.audio(transcript: nil)])])

        let long = String(repeating: "x", count: ClientMessage.maximumLength)
        for text in [
            Self.create(#"{"type":"input_text","text":"\#(long)"}"#),
            Self.create(#"{"type":"input_audio","audio":{"audio":"\#(long)"}}"#),
            #"{"type":"response.create","event_id":"mine","item":{"content":[{"audio":"\#(audio)"}]}}"#,
        ] {
            let error = try #require(Self.error(text))
            #expect(error.code == .invalidValue)
            #expect(error.eventID == "mine")
        }
    }

    @Test("Names no message that is too long by its own name")
    func eventID() throws {
        let long = String(repeating: "x", count: ClientMessage.maximumLength)
        let error = try #require(Self.error(#"{"type":"response.create","event_id":"\#(long)"}"#))
        #expect(error.eventID == nil)
    }

    @Test("Is cut into pieces that are handled quickly")
    func pieces() {
        let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
        let pieces = ClientCommand.itemAudio(bytes).pieces
        #expect(pieces.allSatisfy { !$0.isLong })
        let joined = pieces.flatMap { if case .itemAudio(let piece) = $0 { piece } else { [UInt8]() } }
        #expect(joined == bytes)
    }

    private static func session(_ fields: String) -> [String] {
        let text = #"{"type":"session.update","session":{"type":"realtime",\#(fields)}}"#
        guard case .update(let update)? = decode(text).first else { return ["\(decode(text))"] }
        var settings = SessionSettings()
        settings.apply(update)
        let json = OpenAIRealtimeDialect(shape: .ga).session(settings)
        return ["truncation", "tracing", "prompt"].map { String(decoding: (json[$0] ?? .null).text, as: UTF8.self) }
    }

    @Test("Truncation, tracing and prompt are told again")
    func extras() {
        #expect(Self.session(#""truncation":"disabled""#) == [#""disabled""#, "null", "null"])
        #expect(Self.session(#""truncation":null,"tracing":"auto""#) == [#""auto""#, #""auto""#, "null"])
        let ratio = #"{"retention_ratio":0.8,"token_limits":{"post_instructions":5000},"type":"retention_ratio"}"#
        let prompt = #"{"id":"pmpt_1","variables":{"name":"Ada"},"version":"2"}"#
        let expected = [ratio, #"{"group_id":"g","workflow_name":"w"}"#, prompt]
        let told = Self.session(#""truncation":\#(ratio),"tracing":\#(expected[1]),"prompt":\#(prompt)"#)
        for (told, expected) in zip(told, expected) {
            #expect(told.sorted() == expected.sorted(), "Members have no order")
        }
    }

    @Test(
        "Truncation, tracing and prompt of another kind are refused",
        arguments: [
            (#""truncation":"never""#, "session.truncation"),
            (#""truncation":{"type":"x"}"#, "session.truncation.type"),
            (#""truncation":{"type":"retention_ratio"}"#, "session.truncation.retention_ratio"),
            (#""truncation":{"type":"retention_ratio","retention_ratio":1.1}"#, "session.truncation.retention_ratio"),
            (
                #""truncation":{"type":"retention_ratio","retention_ratio":1,"token_limits":{"post_instructions":0}}"#,
                "session.truncation.token_limits.post_instructions"
            ),
            (#""tracing":7"#, "session.tracing"), (#""prompt":{"version":"1"}"#, "session.prompt"),
        ]
    )
    func badExtras(fields: String, param: String) {
        #expect(Self.error(#"{"type":"session.update","session":{\#(fields)}}"#)?.param == param)
    }
}
