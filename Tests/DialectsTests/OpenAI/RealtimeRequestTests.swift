import Audio
import Sessions
import SpeechDetection
import Testing

@testable import Dialects

@Suite("OpenAI Realtime, from the client")
struct RealtimeRequestTests {
    static func decode(_ text: String) -> ClientCommand {
        OpenAIRealtimeDialect(shape: .ga).decode(text: Array(text.utf8).span)
    }

    static func update(_ session: String) -> ClientCommand {
        decode(#"{"type":"session.update","session":\#(session)}"#)
    }

    @Test(
        "Reads every message",
        arguments: [
            (#"{"type":"input_audio_buffer.append","audio":"AQAC"}"#, .append(audio: [1, 0, 2], rate: nil)),
            (#"{"type":"input_audio_buffer.append","event_id":"e","audio":""}"#, .append(audio: [], rate: nil)),
            (
                #"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":8000}"#,
                .append(audio: [1, 0, 2], rate: nil)
            ),
            (#"{"type":"input_audio_buffer.commit","event_id":"e"}"#, .commit(eventID: "e")),
            (#"{"type":"input_audio_buffer.commit"}"#, .commit(eventID: nil)),
            (#"{"type":"input_audio_buffer.clear"}"#, .clear),
            (
                #"{"type":"conversation.item.retrieve","item_id":"item_1","event_id":"rci_item_1"}"#,
                .retrieve(itemID: "item_1", eventID: "rci_item_1")
            ),
            (
                #"{"type":"conversation.item.delete","item_id":"item_1"}"#,
                .delete(itemID: "item_1", eventID: nil)
            ),
        ] as [(String, ClientCommand)]
    )
    func reads(text: String, command: ClientCommand) { #expect(Self.decode(text) == command) }

    @Test(
        "Reads the session of GA and the one of the beta",
        arguments: [
            #"{"type":"transcription","audio":{"input":{"format":{"type":"audio/pcmu"},"#
                + #""transcription":{"model":"whisper-1","language":"de","prompt":""},"#
                + #""noise_reduction":{"type":"far_field","strength":0.5},"turn_detection":{"type":"server_vad","#
                + #""threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":200,"create_response":false}}},"#
                + #""include":["item.input_audio_transcription.logprobs"]}"#,
            #"{"input_audio_format":"g711_ulaw","input_audio_transcription":{"model":"whisper-1","language":"de","#
                + #""prompt":""},"input_audio_noise_reduction":{"type":"far_field"},"turn_detection":{"#
                + #""threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":200},"#
                + #""include":["item.input_audio_transcription.logprobs"],"modalities":["text"],"temperature":0.8}"#,
        ]
    )
    func sessions(session: String) {
        var expected = SessionUpdate()
        expected.inputFormat = .muLaw
        expected.model = "whisper-1"
        expected.language = "de"
        expected.prompt = .some(nil)
        expected.noiseReduction = .farField
        expected.includesLogprobs = true
        var change = TurnDetectionUpdate.Change()
        change.threshold = 0.5
        change.prefixPadding = 4_800
        change.hangover = 3_200
        expected.turnDetection = .on(change)
        if session.contains("create_response") {
            expected.answers = false
            expected.assistant.createsResponse = false
        } else {
            expected.assistant.modality = .text
            expected.assistant.temperature = 0.8
        }
        #expect(Self.update(session) == .update(expected))
    }

    @Test(
        "Takes 'none' for off, and leaves turn detection as it is where nothing is said",
        arguments: [
            (#"{"turn_detection":{"type":"none"}}"#, .off), (#"{"turn_detection":{}}"#, nil),
            (#"{"audio":{"input":{"turn_detection":{"type":"none"}}}}"#, .off),
            (#"{"audio":{"input":{"turn_detection":{}}}}"#, nil),
            (#"{"turn_detection":{"type":"server_vad"}}"#, .on(TurnDetectionUpdate.Change())),
        ] as [(String, TurnDetectionUpdate?)]
    )
    func detection(session: String, detection: TurnDetectionUpdate?) {
        var expected = SessionUpdate()
        expected.turnDetection = detection
        #expect(Self.update(session) == .update(expected))
    }

    @Test("Tells absent from null")
    func null() {
        #expect(Self.update("{}") == .update(SessionUpdate()))
        #expect(Self.update(#"{"audio":{"input":{}}}"#) == .update(SessionUpdate()))
        var expected = SessionUpdate()
        (expected.model, expected.language, expected.prompt) = (.some(nil), .some(nil), .some(nil))
        expected.noiseReduction = .some(nil)
        expected.turnDetection = .off
        expected.includesLogprobs = false
        expected.answers = true
        let input = #"{"format":null,"transcription":null,"noise_reduction":null,"turn_detection":null}"#
        #expect(Self.update(#"{"type":"realtime","audio":{"input":\#(input)},"include":null}"#) == .update(expected))
    }

    @Test(
        "Takes every format",
        arguments: [
            (#"{"type":"audio/pcm"}"#, .pcm16(rate: 24_000)),
            (#"{"type":"audio/pcm","rate":null}"#, .pcm16(rate: 24_000)),
            (#"{"type":"audio/pcm","rate":16000}"#, .pcm16(rate: 16_000)),
            (#"{"type":"audio/pcm","rate":48000}"#, .pcm16(rate: 48_000)), (#"{"type":"audio/pcma"}"#, .aLaw),
            (#"{"type":"audio/pcmu","rate":8000}"#, .muLaw), (#""pcm16""#, .pcm16(rate: 24_000)),
            (#""g711_alaw""#, .aLaw),
        ] as [(String, AudioFormat)]
    )
    func formats(json: String, format: AudioFormat) {
        var expected = SessionUpdate()
        expected.inputFormat = format
        #expect(Self.update(#"{"audio":{"input":{"format":\#(json)}}}"#) == .update(expected))
    }

    @Test("Maps semantic turn detection, and keeps lengths within what the server can do")
    func turnDetection() {
        func detection(_ json: String) -> TurnDetectionUpdate? {
            guard case .update(let update) = Self.update(#"{"turn_detection":\#(json)}"#) else { return nil }
            return update.turnDetection
        }
        #expect(detection(#"{"type":"semantic_vad"}"#) == .semantic(.auto))
        #expect(detection(#"{"type":"semantic_vad","eagerness":"low","create_response":true}"#) == .semantic(.low))
        #expect(detection(#"{"type":"server_vad"}"#) == .on(.init()))
        var change = TurnDetectionUpdate.Change()
        change.prefixPadding = SampleClock.samples(milliseconds: TurnDetection.paddings.upperBound)
        change.hangover = SampleClock.samples(milliseconds: TurnDetection.hangovers.lowerBound)
        let extreme = #"{"prefix_padding_ms":60000,"silence_duration_ms":0,"threshold":null,"idle_timeout_ms":null}"#
        #expect(detection(extreme) == .on(change))
    }

    @Test("Leaves the turns to clients that name a model which has no turn detection")
    func streamingModel() {
        var expected = SessionUpdate()
        expected.model = "gpt-realtime-whisper-2026"
        expected.turnDetection = .off
        let transcription = #""transcription":{"model":"gpt-realtime-whisper-2026"}"#
        #expect(Self.update(#"{"audio":{"input":{\#(transcription)}}}"#) == .update(expected))
        expected.turnDetection = .semantic(.high)
        let detection = #""turn_detection":{"type":"semantic_vad","eagerness":"high"}"#
        #expect(Self.update(#"{"audio":{"input":{\#(transcription),\#(detection)}}}"#) == .update(expected))
    }

    @Test(
        "Refuses what it cannot understand, and names the field and the message",
        arguments: [
            ("{", "invalid_json", nil), ("[]", "invalid_event", nil), ("{}", "missing_required_parameter", "type"),
            (#"{"type":3}"#, "invalid_value", "type"), (#"{"type":"nonsense"}"#, "invalid_value", "type"),
            (#"{"type":"input_audio_buffer.append"}"#, "missing_required_parameter", "audio"),
            (#"{"type":"input_audio_buffer.append","audio":"!!"}"#, "invalid_value", "audio"),
            (#"{"type":"session.update"}"#, "missing_required_parameter", "session"),
            (#"{"type":"session.update","session":{"type":"text"}}"#, "invalid_value", "session.type"),
            (
                #"{"type":"session.update","session":{"audio":{"input":{"format":{"type":"audio/mp3"}}}}}"#,
                "invalid_value", "session.audio.input.format.type"
            ),
            (
                #"{"type":"session.update","session":{"audio":{"input":{"format":{"type":"audio/pcm","rate":4000}}}}}"#,
                "integer_below_min_value", "session.audio.input.format.rate"
            ),
            (
                #"{"type":"session.update","session":{"turn_detection":{"threshold":2}}}"#, "invalid_value",
                "session.turn_detection.threshold"
            ),
            (
                #"{"type":"session.update","session":{"turn_detection":{"silence_duration_ms":-1}}}"#,
                "invalid_value", "session.turn_detection.silence_duration_ms"
            ),
            (
                #"{"type":"session.update","session":{"turn_detection":{"type":"semantic_vad","eagerness":"x"}}}"#,
                "invalid_value", "session.turn_detection.eagerness"
            ),
            (
                #"{"type":"session.update","session":{"audio":{"input":{"noise_reduction":{}}}}}"#,
                "missing_required_parameter",
                "session.audio.input.noise_reduction.type"
            ),
            (#"{"type":"session.update","session":{"include":"all"}}"#, "invalid_value", "session.include"),
            (
                #"{"type":"conversation.item.retrieve","item_id":"\#(String(repeating: "i", count: 513))"}"#,
                "invalid_value",
                "item_id"
            ),
            (
                #"{"type":"session.update","session":{"input_audio_transcription":{"prompt":"\#(String(repeating: "p", count: 4_097))"}}}"#,
                "invalid_value", "session.input_audio_transcription.prompt"
            ),
            (#"{"type":"conversation.item.retrieve"}"#, "missing_required_parameter", "item_id"),
            (#"{"type":"response.update"}"#, "invalid_value", "type"),
            (#"{"type":"response.create","response":{"conversation":"x"}}"#, "invalid_value", "response.conversation"),
            (
                #"{"type":"response.create","response":{"input":[{"type":"item_reference"}]}}"#,
                "missing_required_parameter", "response.input[0].id"
            ),
            (
                #"{"type":"response.create","response":{"output_modalities":[]}}"#, "invalid_value",
                "response.output_modalities"
            ),
            (
                #"{"type":"response.create","response":{"tools":[{"type":"function"}]}}"#, "missing_required_parameter",
                "response.tools[0].name"
            ),
            (#"{"type":"response.create","response":{"metadata":{"a":1}}}"#, "invalid_value", "response.metadata.a"),
            (#"{"type":"conversation.item.create","item":{}}"#, "missing_required_parameter", "item.type"),
            (
                #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_audio"}]}}"#,
                "invalid_value", "item.content[0].audio"
            ),
            (#"{"type":"conversation.item.truncate"}"#, "missing_required_parameter", "audio_end_ms"),
        ] as [(String, String, String?)]
    )
    func mistakes(text: String, code: String, param: String?) {
        let named = text.hasSuffix("}") && text != "{}" ? text.dropLast() + #","event_id":"mine"}"# : text[...]
        guard case .invalid(let error) = Self.decode(String(named)) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(error.code.rawValue == code)
        #expect(error.param == param)
        #expect(error.eventID == (named == text ? nil : "mine"))
    }

    @Test("Refuses binary messages")
    func binary() {
        guard case .invalid(let error) = OpenAIRealtimeDialect(shape: .ga).decode(binary: ([1] as [UInt8]).span) else {
            Issue.record("Binary was taken")
            return
        }
        #expect(error.code == .invalidEvent)
    }

    @Test(
        "Reads a language in either shape, and says which field names none",
        arguments: [
            (#"{"audio":{"input":{"transcription":{"language":%}}}}"#, "session.audio.input.transcription.language"),
            (#"{"input_audio_transcription":{"language":%}}"#, "session.input_audio_transcription.language"),
        ]
    )
    func languages(session: String, param: String) throws {
        func update(_ language: String) throws -> SessionUpdate {
            let text = #"{"type":"session.update","session":"# + session.replacing("%", with: language) + "}"
            switch Self.decode(text) {
            case .update(let update): return update
            case .invalid(let error): throw error
            default: return SessionUpdate()
            }
        }
        #expect(try update(#""en-US""#).language == "en")
        for detection in [#""auto""#, #""""#, "null"] { #expect(try update(detection).language == .some(nil)) }
        let error = try #require(throws: ClientError.self) { try update(#""klingon""#) }
        #expect(error.param == param)
    }

    @Test("Reads the query as clients of other hosts write it")
    func query() throws {
        func update(_ query: [(String, String)]) throws -> SessionUpdate {
            try OpenAIRealtimeDialect.update(query: query.map { (name: $0.0, value: $0.1) })
        }
        var conversation = SessionUpdate()
        conversation.answers = true
        conversation.assistant.model = "gpt-realtime"
        #expect(try update([("model", "gpt-realtime")]) == conversation)
        var expected = SessionUpdate()
        expected.model = "whisper-1"
        #expect(try update([("model", "whisper-1"), ("intent", "transcription")]) == expected)
        #expect(try update([("model", "whisper-1")]) == expected)
        expected.language = "de"
        expected.answers = true
        expected.assistant.model = "x"
        #expect(try update([("model", "x"), ("transcription_model", "whisper-1"), ("language", "de-AT")]) == expected)
        #expect(throws: ClientError.self) { try update([("language", "klingon")]) }
        #expect(try update([("language", "")]).language == .some(nil))
        #expect(try update([("intent", "transcription"), ("model", "")]) == SessionUpdate())
    }
}
