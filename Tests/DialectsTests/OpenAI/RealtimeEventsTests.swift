import Audio
import Dialects
import Sessions
import SpeechDetection
import Testing
import Transcription

@Suite("OpenAI Realtime, to the client")
struct RealtimeEventsTests {
    static func dialect(_ shape: OpenAIRealtimeDialect.Shape) -> OpenAIRealtimeDialect {
        OpenAIRealtimeDialect(shape: shape, sessionID: "sess_1", expiry: 1_800_000_000) { "event_1" }
    }

    static func text(_ event: SessionEvent, _ shape: OpenAIRealtimeDialect.Shape = .ga) -> [String] {
        dialect(shape).encode(event).map { String(decoding: $0, as: UTF8.self) }
    }

    static let item = SessionEvent.Item(id: "item_1", range: 16_000..<52_000)

    static var settings: SessionSettings {
        var settings = SessionSettings(inputFormat: .pcm16(rate: 24_000))
        settings.model = "whisper-1"
        return settings
    }

    @Test("Describes the session")
    func session() {
        #expect(
            Self.text(.created(Self.settings)) == [
                #"{"event_id":"event_1","session":{"audio":{"input":{"format":{"rate":24000,"type":"audio/pcm"},"#
                    + #""noise_reduction":null,"transcription":{"language":null,"model":"whisper-1","prompt":null},"#
                    + #""turn_detection":{"prefix_padding_ms":200,"silence_duration_ms":500,"threshold":0.6,"#
                    + #""type":"server_vad"}}},"expires_at":1800000000,"id":"sess_1","include":null,"#
                    + #""object":"realtime.transcription_session","type":"transcription"},"type":"session.created"}"#
            ]
        )
        #expect(
            Self.text(.updated(Self.settings), .beta(isTranscription: true)) == [
                #"{"event_id":"event_1","session":{"client_secret":null,"expires_at":1800000000,"id":"sess_1","#
                    + #""include":null,"input_audio_format":"pcm16","input_audio_noise_reduction":null,"#
                    + #""input_audio_transcription":{"language":null,"model":"whisper-1","prompt":null},"#
                    + #""object":"realtime.transcription_session","turn_detection":{"prefix_padding_ms":200,"#
                    + #""silence_duration_ms":500,"threshold":0.6,"type":"server_vad"}},"#
                    + #""type":"transcription_session.updated"}"#
            ]
        )
    }

    @Test("Describes every setting as the client gave it")
    func settings() throws {
        var settings = Self.settings
        settings.apply(try OpenAIRealtimeDialect.update(query: []))
        settings.inputFormat = .aLaw
        settings.model = nil
        settings.enhancement.noiseReduction = .nearField
        settings.includesLogprobs = true
        settings.turnDetection = nil
        let text = Self.text(.updated(settings)).joined()
        #expect(text.contains(#""format":{"type":"audio/pcma"}"#))
        #expect(text.contains(#""transcription":null"#))
        #expect(text.contains(#""noise_reduction":{"type":"near_field"}"#))
        #expect(text.contains(#""include":["item.input_audio_transcription.logprobs"]"#))
        #expect(text.contains(#""turn_detection":null"#))
        var update = SessionUpdate()
        update.turnDetection = .semantic(.high)
        settings.apply(update)
        let semantic = Self.text(.updated(settings)).joined()
        #expect(semantic.contains(#""turn_detection":{"eagerness":"high","type":"semantic_vad"}"#))
    }

    @Test(
        "Writes every event",
        arguments: [
            (
                .speechStarted(itemID: "item_1", at: 16_008),
                [
                    #"{"audio_start_ms":1001,"event_id":"event_1","item_id":"item_1","#
                        + #""type":"input_audio_buffer.speech_started"}"#
                ]
            ),
            (
                .speechStopped(itemID: "item_1", at: 52_000),
                [
                    #"{"audio_end_ms":3250,"event_id":"event_1","item_id":"item_1","#
                        + #""type":"input_audio_buffer.speech_stopped"}"#
                ]
            ),
            (
                .committed(item, previousID: "item_0"),
                [
                    #"{"event_id":"event_1","item_id":"item_1","previous_item_id":"item_0","#
                        + #""type":"input_audio_buffer.committed"}"#,
                    #"{"event_id":"event_1","item":{"content":[{"transcript":null,"type":"input_audio"}],"id":"item_1","#
                        + #""role":"user","status":"completed","type":"message"},"previous_item_id":"item_0","#
                        + #""type":"conversation.item.added"}"#,
                    #"{"event_id":"event_1","item":{"content":[{"transcript":null,"type":"input_audio"}],"id":"item_1","#
                        + #""role":"user","status":"completed","type":"message"},"previous_item_id":"item_0","#
                        + #""type":"conversation.item.done"}"#,
                ]
            ),
            (.cleared, [#"{"event_id":"event_1","type":"input_audio_buffer.cleared"}"#]),
            (
                .transcribed(item, Transcript(text: "hello world")),
                [
                    #"{"content_index":0,"delta":"hello world","event_id":"event_1","item_id":"item_1","#
                        + #""type":"conversation.item.input_audio_transcription.delta"}"#,
                    #"{"content_index":0,"event_id":"event_1","item_id":"item_1","transcript":"hello world","#
                        + #""type":"conversation.item.input_audio_transcription.completed","#
                        + #""usage":{"seconds":2.25,"type":"duration"}}"#,
                ]
            ),
            (
                .transcribed(item, Transcript(text: "")),
                [
                    #"{"content_index":0,"event_id":"event_1","item_id":"item_1","transcript":"","#
                        + #""type":"conversation.item.input_audio_transcription.completed","#
                        + #""usage":{"seconds":2.25,"type":"duration"}}"#
                ]
            ),
            (
                .failed(item, .modelsNotInitialized),
                [
                    #"{"content_index":0,"error":{"code":"models_not_initialized","#
                        + #""message":"Server models not initialized.","param":null,"type":"server_error"},"#
                        + #""event_id":"event_1","item_id":"item_1","#
                        + #""type":"conversation.item.input_audio_transcription.failed"}"#
                ]
            ),
            (
                .retrieved(ConversationItem(id: "item_1", transcript: "hello")),
                [
                    #"{"event_id":"event_1","item":{"content":[{"transcript":"hello","type":"input_audio"}],"#
                        + #""id":"item_1","role":"user","status":"completed","type":"message"},"#
                        + #""type":"conversation.item.retrieved"}"#
                ]
            ),
            (
                .deleted(itemID: "item_1"),
                [#"{"event_id":"event_1","item_id":"item_1","type":"conversation.item.deleted"}"#]
            ),
            (
                .rejected(ClientError(.commitEmpty, "No.", eventID: "mine")),
                [
                    #"{"error":{"code":"input_audio_buffer_commit_empty","event_id":"mine","message":"No.","#
                        + #""param":null,"type":"invalid_request_error"},"event_id":"event_1","type":"error"}"#
                ]
            ),
        ] as [(SessionEvent, [String])]
    )
    func writes(event: SessionEvent, messages: [String]) { #expect(Self.text(event) == messages) }

    @Test("Writes the beta's items")
    func betaItems() {
        let messages = Self.text(.committed(Self.item, previousID: nil), .beta(isTranscription: false))
        #expect(
            messages.last
                == #"{"event_id":"event_1","item":{"content":[{"transcript":null,"type":"input_audio"}],"id":"item_1","#
                + #""object":"realtime.item","role":"user","status":"completed","type":"message"},"#
                + #""previous_item_id":null,"type":"conversation.item.created"}"#
        )
        #expect(messages.count == 2)
    }

    @Test("Turns to the beta's shape with the client's first message of it, but greets in the shape of the handshake")
    func beta() {
        var dialect = Self.dialect(.ga)
        var commands: [ClientCommand] = []
        let update = Array(#"{"type":"transcription_session.update","session":{}}"#.utf8)
        dialect.decode(text: update.span, into: &commands)
        func type(_ event: SessionEvent) -> String {
            let text = dialect.encode(event).map { String(decoding: $0, as: UTF8.self) }.joined()
            return String(text.split(separator: #""type":""#).last?.prefix { $0 != "\"" } ?? "")
        }
        #expect(type(.created(Self.settings)) == "session.created")
        #expect(type(.updated(Self.settings)) == "transcription_session.updated")
        #expect(
            Self.text(.created(Self.settings), .beta(isTranscription: false)).joined().contains(#""session.created""#)
        )
    }
}
