import Audio
import Dialects
import Foundation
import Sessions
import SpeechDetection
import Testing
import Transcription

@Suite("Compact dialect")
struct CompactDialectTests {
    static let dialect = CompactDialect(makeEventID: { "event_1" })

    static func decode(_ text: String) -> ClientCommand { dialect.decode(text: Array(text.utf8).span) }

    static func update(_ change: (inout SessionUpdate) -> Void) -> ClientCommand {
        var update = SessionUpdate()
        change(&update)
        return .update(update)
    }

    @Test(
        "Takes every message of the protocol",
        arguments: [
            (#"{"type":"input_audio_buffer.append","audio":"AQAC"}"#, .append(audio: [1, 0, 2], rate: nil)),
            (
                #"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":48000}"#,
                .append(audio: [1, 0, 2], rate: 48_000)
            ),
            (#"{"type":"input_audio_buffer.append","audio":""}"#, .append(audio: [], rate: nil)),
            (#"{"type":"input_audio_buffer.commit"}"#, .commit(eventID: nil)),
            (#"{"type":"input_audio_buffer.commit","event_id":"e7"}"#, .commit(eventID: "e7")),
            (#"{"type":"input_audio_buffer.clear"}"#, .clear),
            (#"{"type":"session.update","session":{}}"#, update { _ in }),
            (
                #"{"type":"session.update","session":{"language":"de","prompt":null,"include_audio":false}}"#,
                update {
                    $0.language = "de"
                    $0.prompt = .some(nil)
                    $0.includesAudio = false
                }
            ),
            (#"{"type":"session.update","session":{"language":"en-US"}}"#, update { $0.language = "en" }),
            (#"{"type":"session.update","session":{"language":"auto"}}"#, update { $0.language = .some(nil) }),
            (#"{"type":"session.update","session":{"language":""}}"#, update { $0.language = .some(nil) }),
            (
                #"{"type":"session.update","session":{"noise_reduction":"far_field"}}"#,
                update { $0.noiseReduction = .farField }
            ),
            (
                #"{"type":"session.update","session":{"noise_reduction":null,"gain_control":true,"enhancement_for":"detector"}}"#,
                update {
                    $0.noiseReduction = .some(nil)
                    $0.gainControl = true
                    $0.enhancedListener = .detector
                }
            ),
            (
                #"{"type":"session.update","session":{"turn_detection":null,"sample_rate":8000}}"#,
                update {
                    $0.turnDetection = .off
                    $0.inputFormat = .pcm16(rate: 8_000)
                    $0.assistant.outputFormat = .pcm16(rate: 8_000)
                }
            ),
            (
                #"{"type":"session.update","session":{"turn_detection":{"type":"none"}}}"#,
                update { $0.turnDetection = .off }
            ),
            (#"{"type":"session.update","session":{"turn_detection":{}}}"#, update { _ in }),
            (
                #"{"type":"session.update","session":{"turn_detection":{"type":"server_vad","threshold":0.5,"#
                    + #""hysteresis":0.2,"prefix_padding_ms":300,"suffix_padding_ms":250,"silence_duration_ms":200,"#
                    + #""min_speech_ms":100,"merge_gap_ms":150,"onset_search_ms":800,"offset_search_ms":120,"#
                    + #""soft_max_ms":8000,"max_utterance_ms":9000,"overlap_ms":400}}}"#,
                update {
                    var change = TurnDetectionUpdate.Change()
                    change.threshold = 0.5
                    change.prefixPadding = 4_800
                    change.hysteresis = 0.2
                    change.suffixPadding = 4_000
                    change.hangover = 3_200
                    change.minimumSpeech = 1_600
                    change.mergeGap = 2_400
                    change.onsetSearch = 12_800
                    change.offsetSearch = 1_920
                    change.softMaximum = 128_000
                    change.maximumUtterance = 144_000
                    change.overlap = 6_400
                    $0.turnDetection = .on(change)
                }
            ),
        ] as [(String, ClientCommand)]
    )
    func takes(text: String, command: ClientCommand) {
        #expect(Self.decode(text) == command)
    }

    /// The code and the field of each mistake.
    @Test(
        "Names every mistake",
        arguments: [
            ("", .invalidJSON, nil),
            ("{", .invalidJSON, nil),
            ("hello", .invalidJSON, nil),
            (#"{"type":"input_audio_buffer.clear"} x"#, .invalidJSON, nil),
            ("[]", .invalidEvent, nil),
            ("7", .invalidEvent, nil),
            ("null", .invalidEvent, nil),
            ("{}", .invalidEvent, "type"),
            (#"{"type":7}"#, .invalidEvent, "type"),
            (#"{"type":null}"#, .invalidEvent, "type"),
            (#"{"type":"response.create"}"#, .unknownEvent, "type"),
            (#"{"type":"input_audio_buffer.append"}"#, .invalidValue, "audio"),
            (#"{"type":"input_audio_buffer.append","audio":7}"#, .invalidValue, "audio"),
            (#"{"type":"input_audio_buffer.append","audio":null}"#, .invalidValue, "audio"),
            (#"{"type":"input_audio_buffer.append","audio":"AQA!"}"#, .invalidAudio, "audio"),
            (#"{"type":"input_audio_buffer.append","audio":"A"}"#, .invalidAudio, "audio"),
            (#"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":7999}"#, .invalidValue, "sample_rate"),
            (#"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":48001}"#, .invalidValue, "sample_rate"),
            (
                #"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":"16000"}"#, .invalidValue,
                "sample_rate"
            ),
            (#"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":null}"#, .invalidValue, "sample_rate"),
            (
                #"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":16000.5}"#, .invalidValue,
                "sample_rate"
            ),
            (#"{"type":"session.update"}"#, .invalidValue, "session"),
            (
                #"{"type":"session.update","session":{"prompt":"\#(String(repeating: "ä", count: 2_049))"}}"#,
                .invalidValue,
                "session.prompt"
            ),
            (
                #"{"type":"input_audio_buffer.clear","event_id":"\#(String(repeating: "e", count: 513))"}"#,
                .invalidValue,
                "event_id"
            ),
            (
                #"{"type":"session.update","session":{"prompt":"\#(String(repeating: " ", count: 1 << 18))"}}"#,
                .invalidValue, nil
            ),
            (
                #"{"type":"input_audio_buffer.append","audio":"AQAC","more":"\#(String(repeating: " ", count: 1 << 18))"}"#,
                .invalidValue, nil
            ),
            (#"{"type":"session.update","session":\#(String(repeating: "[", count: 10_000))"#, .invalidJSON, nil),
            (#"{"type":"input_audio_buffer.append","a":\#(String(repeating: "[", count: 10_000))"#, .invalidJSON, nil),
            (#"{"type":"session.update","session":null}"#, .invalidValue, "session"),
            (#"{"type":"session.update","session":{"language":7}}"#, .invalidValue, "session.language"),
            (#"{"type":"session.update","session":{"language":"klingon"}}"#, .invalidValue, "session.language"),
            (#"{"type":"session.update","session":{"include_audio":"no"}}"#, .invalidValue, "session.include_audio"),
            (#"{"type":"session.update","session":{"turn_detection":true}}"#, .invalidValue, "session.turn_detection"),
            (
                #"{"type":"session.update","session":{"turn_detection":{"threshold":1.5}}}"#,
                .invalidValue, "session.turn_detection.threshold"
            ),
            (
                #"{"type":"session.update","session":{"turn_detection":{"silence_duration_ms":-1}}}"#,
                .invalidValue, "session.turn_detection.silence_duration_ms"
            ),
        ] as [(String, ClientError.Code, String?)]
    )
    func names(text: String, code: ClientError.Code, param: String?) {
        guard case .invalid(let error) = Self.decode(text) else {
            Issue.record("\(text) was taken")
            return
        }
        #expect(error.code == code)
        #expect(error.param == param)
        #expect(error.message.hasSuffix("."))
    }

    @Test("Says which message was wrong")
    func eventID() {
        guard case .invalid(let error) = Self.decode(#"{"type":"nonsense","event_id":"e9"}"#) else {
            Issue.record("taken")
            return
        }
        #expect(error.eventID == "e9")
    }

    @Test(
        "Reads an append the same way whatever stands around it",
        arguments: [
            #"{"audio":"AQAC","type":"input_audio_buffer.append"}"#,
            #" { "type" : "input_audio_buffer.append" , "audio" : "AQAC" } "#,
            #"{"type":"input_audio_buffer.append","audio":"AQAC","event_id":"x"}"#,
            #"{"type":"input_audio_buffer.append","audio":"AQAC","event_id":"x\"y"}"#,
            #"{"type":"input_audio_buffer.append","audio":"AQAC","event_id":"x\\"}"#,
            #"{"type":"input_audio_buffer.append","audio":"AQAC","more":{"audio":"no"}}"#,
            #"{"type":"input_audio_buffer.append","audio":"\u0041QAC"}"#,
            #"{"type":"input_audio_buffer.append","audio":"AQ\nAC"}"#,
            #"{"type":"input_audio_buffer.append","audio":" AQAC "}"#,
            #"{"ty\u0070e":"input_audio_buffer.append","audio":"AQAC"}"#,
        ]
    )
    func shapes(text: String) {
        #expect(Self.decode(text) == .append(audio: [1, 0, 2], rate: nil))
    }

    @Test("Takes base64 whose slashes are escaped, as Swift's and PHP's encoders write it")
    func escapedSlashes() {
        let text = #"{"type":"input_audio_buffer.append","audio":"\/\/8="}"#
        #expect(Self.decode(text) == .append(audio: [0xFF, 0xFF], rate: nil))
    }

    @Test("Takes no append that Foundation would not read as one, whichever byte is damaged")
    func damaged() {
        let text = Array(#"{"type":"input_audio_buffer.append","audio":"AQAC","sample_rate":16000}"#.utf8)
        for index in text.indices {
            for byte in [
                UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "}"), UInt8(ascii: "0"), UInt8(ascii: " "),
            ] {
                var damaged = text
                damaged[index] = byte
                let object = try? JSONSerialization.jsonObject(with: Data(damaged)) as? [String: Any]
                let isAppend = object?["type"] as? String == "input_audio_buffer.append"
                if case .append = Self.dialect.decode(text: damaged.span) {
                    #expect(isAppend, "\(String(decoding: damaged, as: UTF8.self))")
                }
            }
        }
    }

    @Test("Takes binary messages as audio")
    func binary() {
        #expect(Self.dialect.decode(binary: ([1, 2, 3] as [UInt8]).span) == .append(audio: [1, 2, 3], rate: nil))
    }

    /// The wire format: a change here breaks clients.
    @Test(
        "Writes its events",
        arguments: [
            (
                .transcribed(
                    .init(id: "item_1", range: 7_680..<36_960, audio: [1, -2]),
                    Transcript(text: "häl \"lo\" /")
                ),
                #"{"audio":"AQD+/w==","end_ms":2310,"event_id":"event_1","item_id":"item_1","sample_rate":16000,"#
                    + #""start_ms":480,"transcript":"häl \"lo\" /","type":"response.audio_transcript.done"}"#
            ),
            (
                .transcribed(.init(id: "item_1", range: 0..<16_000), Transcript(text: "")),
                #"{"end_ms":1000,"event_id":"event_1","item_id":"item_1","sample_rate":16000,"start_ms":0,"#
                    + #""transcript":"","type":"response.audio_transcript.done"}"#
            ),
            (
                .transcribed(.init(id: "item_1", range: 0..<16_000), Transcript(rejected: .noSpeech)),
                #"{"discard_reason":"no_speech","end_ms":1000,"event_id":"event_1","item_id":"item_1","#
                    + #""sample_rate":16000,"start_ms":0,"transcript":"","type":"response.audio_transcript.done"}"#
            ),
            (
                .failed(.init(id: "item_2", range: 0..<160), .modelsNotInitialized),
                #"{"code":"models_not_initialized","end_ms":10,"error":{"code":"models_not_initialized","#
                    + #""event_id":null,"message":"Server models not initialized.","param":null,"type":"server_error"},"#
                    + #""event_id":"event_1","item_id":"item_2","message":"Server models not initialized.","#
                    + #""start_ms":0,"type":"error"}"#
            ),
            (
                .rejected(ClientError(.invalidAudio, "No.", param: "audio", eventID: "e1")),
                #"{"code":"invalid_audio","error":{"code":"invalid_audio","event_id":"e1","message":"No.","#
                    + #""param":"audio","type":"invalid_request_error"},"event_id":"event_1","message":"No.","type":"error"}"#
            ),
        ] as [(SessionEvent, String)]
    )
    func writes(event: SessionEvent, json: String) {
        #expect(Self.dialect.encode(event).map { String(decoding: $0, as: UTF8.self) } == [json])
    }

    @Test("Reports the settings that hold after a change")
    func updated() {
        var settings = SessionSettings(turnDetection: .silero, language: "de")
        #expect(
            Self.dialect.encode(.updated(settings)).map { String(decoding: $0, as: UTF8.self) } == [
                #"{"event_id":"event_1","session":{"enhancement_for":"both","gain_control":false,"include_audio":true,"#
                    + #""language":"de","noise_reduction":null,"prompt":null,"sample_rate":16000,"turn_detection":{"hysteresis":0.15,"max_utterance_ms":24000,"#
                    + #""merge_gap_ms":200,"min_speech_ms":96,"offset_search_ms":200,"onset_search_ms":1000,"#
                    + #""overlap_ms":480,"prefix_padding_ms":250,"silence_duration_ms":500,"soft_max_ms":18000,"#
                    + #""suffix_padding_ms":220,"threshold":0.5}},"type":"session.updated"}"#
            ]
        )
        settings.turnDetection = nil
        let manual = Self.dialect.encode(.updated(settings)).map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(manual.contains(#""turn_detection":null"#))
    }

    @Test("Says nothing of what its clients do not ask for")
    func silent() {
        let events: [SessionEvent] = [
            .created(SessionSettings()), .speechStarted(itemID: "item_1", at: 0),
            .speechStopped(itemID: "item_1", at: 9), .committed(.init(id: "item_1", range: 0..<9), previousID: nil),
            .cleared,
        ]
        for event in events { #expect(Self.dialect.encode(event).isEmpty) }
    }

    @Test("Reads the query")
    func query() throws {
        var expected = SessionUpdate()
        expected.includesAudio = false
        expected.language = "en"
        expected.inputFormat = .pcm16(rate: 24_000)
        expected.assistant.outputFormat = .pcm16(rate: 24_000)
        expected.answers = true
        func update(_ query: [(String, String)]) throws -> SessionUpdate {
            var dialect = Self.dialect
            return try dialect.update(query: query.map { (name: $0.0, value: $0.1) })
        }
        let query = [
            ("include_audio", "false"), ("language", "en"), ("sample_rate", "24000"), ("utm_source", "x"),
            ("assistant", "true"),
        ]
        #expect(try update(query) == expected)
        #expect(throws: ClientError.self) { try update([("include_audio", "maybe")]) }
        #expect(throws: ClientError.self) { try update([("sample_rate", "fast")]) }
    }

    @Test(
        "Reads whether somebody answers, and how",
        arguments: [
            ("true", true, nil, nil), ("false", false, nil, nil), ("null", false, nil, nil), ("{}", true, nil, nil),
            (#"{"instructions":"Be kind.","speech":false}"#, true, "Be kind.", .text),
        ] as [(String, Bool, String?, AssistantSettings.Modality?)]
    )
    func assistant(json: String, answers: Bool, instructions: String?, modality: AssistantSettings.Modality?) {
        var expected = SessionUpdate()
        expected.answers = answers
        expected.assistant.instructions = instructions
        expected.assistant.modality = modality
        let text = #"{"type":"session.update","session":{"assistant":\#(json)}}"#
        #expect(Self.decode(text) == .update(expected))
    }

    @Test("Tells what the assistant says, and how it ended")
    func reply() {
        let info = Reply.Info(
            id: "r1",
            status: .cancelled(.turnDetected),
            output: [ConversationItem(id: "i2", content: .message(.assistant, [.audio(transcript: "Hello")]))],
            isOutOfBand: false,
            modality: .audio,
            format: .pcm16(rate: 16_000),
            metadata: [:]
        )
        let place = Reply.Place(
            responseID: "r1",
            itemID: "i2",
            index: 0,
            isOutOfBand: false,
            modality: .audio,
            format: .pcm16(rate: 16_000)
        )
        let events: [ReplyEvent] = [
            .created(info), .audio([1, 2], place), .transcript("Hello", at: 0, place), .done(info),
        ]
        var messages: [OutgoingMessage] = []
        for event in events { Self.dialect.encode(.reply(event), into: &messages) }
        let texts = messages.map { if case .text(let text) = $0 { String(decoding: text, as: UTF8.self) } else { "" } }
        let names = #""event_id":"event_1","item_id":"i2","response_id":"r1""#
        #expect(
            texts == [
                #"{"delta":"AQACAA==",\#(names),"sample_rate":16000,"type":"response.audio.delta"}"#,
                #"{"delta":"Hello",\#(names),"type":"response.text.delta"}"#,
                #"{"event_id":"event_1","reason":"turn_detected","response_id":"r1","status":"cancelled","#
                    + #""text":"Hello","type":"response.done"}"#,
            ]
        )
    }

    @Test("Tells when somebody speaks, if that is asked for")
    func speech() {
        var dialect = Self.dialect
        var commands: [ClientCommand] = []
        var messages: [OutgoingMessage] = []
        dialect.encode(.speechStarted(itemID: "i1", at: 1_600), into: &messages)
        #expect(messages.isEmpty)
        dialect.decode(
            text: Array(#"{"type":"session.update","session":{"speech_events":true}}"#.utf8).span,
            into: &commands
        )
        dialect.encode(.speechStarted(itemID: "i1", at: 1_600), into: &messages)
        #expect(
            messages == [
                .text(
                    Array(
                        #"{"event_id":"event_1","item_id":"i1","start_ms":100,"type":"input_audio_buffer.speech_started"}"#
                            .utf8
                    )
                )
            ]
        )
    }
}
