import Audio
import Foundation
import Sessions
import SpeechDetection
import Testing
import Transcription

@testable import Dialects

@Suite("AssemblyAI's old dialect")
struct AssemblyAIDialectTests {
    static let sessionID = "0f4d2a51-7a0e-4c1b-9d3e-2b6f5a8c9d10"

    var dialect = AssemblyAIDialect(
        format: .pcm16(rate: 8_000),
        tellsDuration: true,
        sessionID: sessionID,
        now: { Date(timeIntervalSince1970: 1_700_000_000.25) }
    )

    mutating func decode(_ text: String) -> [ClientCommand] {
        var commands: [ClientCommand] = []
        dialect.decode(text: Array(text.utf8).span, into: &commands)
        return commands
    }

    /// The messages that tell of events, a Close frame as its code.
    mutating func encode(_ events: SessionEvent...) throws -> [NSDictionary] {
        var messages: [OutgoingMessage] = []
        for event in events { dialect.encode(event, into: &messages) }
        return try messages.map { message in
            switch message {
            case .text(let text):
                return try #require(try JSONSerialization.jsonObject(with: Data(text)) as? NSDictionary)
            case .close(let code, _): return ["close": Int(code)]
            case .binary: return ["binary": true]
            }
        }
    }

    static func hangover(_ samples: Int) -> ClientCommand {
        var change = TurnDetectionUpdate.Change()
        change.hangover = samples
        var update = SessionUpdate()
        update.turnDetection = .on(change)
        return .update(update)
    }

    @Test(
        "Takes every message of the protocol",
        arguments: [
            (#"{"audio_data":"AQAC"}"#, [ClientCommand.append(audio: [1, 0, 2], rate: nil)]),
            (#"{"audio_data":"\u0041QAC"}"#, [.append(audio: [1, 0, 2], rate: nil)]),
            (#"{"audio_data":""}"#, [.append(audio: [], rate: nil)]),
            (#"{"force_end_utterance":true}"#, [.commit(eventID: nil)]),
            (#"{"force_end_utterance":false}"#, []),
            (#"{"terminate_session":true}"#, [.finish]),
            (#"{"terminate_session":true,"audio_data":"AQAC"}"#, [.append(audio: [1, 0, 2], rate: nil), .finish]),
            (#"{"end_utterance_silence_threshold":500}"#, [hangover(8_000)]),
            (#"{"end_utterance_silence_threshold":0}"#, [hangover(SampleClock.samples(milliseconds: 20))]),
            (#"{"end_utterance_silence_threshold":20000}"#, [hangover(160_000)]),
        ]
    )
    mutating func decodes(_ text: String, _ commands: [ClientCommand]) {
        #expect(decode(text) == commands)
    }

    @Test("Takes binary messages as audio")
    mutating func binary() {
        var commands: [ClientCommand] = []
        dialect.decode(binary: [1, 0, 2].span, into: &commands)
        #expect(commands == [.append(audio: [1, 0, 2], rate: nil)])
    }

    @Test(
        "Ends the session at what it does not understand, with the protocol's code",
        arguments: [
            ("{", 4_100), ("", 4_100), ("[]", 4_101), ("{}", 4_101), (#"{"type":"x"}"#, 4_101),
            (#"{"audio_data":1}"#, 4_101), (#"{"audio_data":"*"}"#, 4_101), (#"{"terminate_session":"yes"}"#, 4_101),
            (#"{"end_utterance_silence_threshold":-1}"#, 4_101),
            (#"{"other":""# + String(repeating: "x", count: 1 << 16) + "\"}", 4_101),
        ]
    )
    mutating func refuses(_ text: String, _ code: Int) throws {
        let commands = decode(text)
        #expect(commands.count == 2)
        #expect(commands.last == .finish)
        guard case .invalid(let error)? = commands.first else {
            Issue.record("No error")
            return
        }
        let messages = try encode(.rejected(error), .ended(AudioLedger()))
        #expect(messages.count == 2)
        #expect(messages[0]["text"] as? String == "")
        #expect(messages[0]["error"] as? String == error.message)
        #expect(messages[1] == ["close": code])
    }

    @Test("Leaves the close to the transport where that refused the message")
    mutating func tooLarge() throws {
        let error = ClientError(.messageTooLarge, "Too large.")
        let messages = try encode(.rejected(error), .ended(AudioLedger()))
        #expect(!messages.contains { $0["close"] != nil })
        #expect(messages[0]["error"] as? String == "Too large.")
    }

    @Test("Begins with a UUID and dates")
    mutating func begins() throws {
        let messages = try encode(.created(SessionSettings()), .updated(SessionSettings()))
        #expect(
            messages == [
                [
                    "message_type": "SessionBegins", "text": "", "session_id": Self.sessionID,
                    "expires_at": "2023-12-14T22:13:20.250Z",
                ]
            ]
        )
        let own = AssemblyAIDialect(format: .muLaw).encode(.created(SessionSettings()))
        let object = try JSONSerialization.jsonObject(with: Data(own[0])) as? [String: String]
        let id = try #require(object?["session_id"])
        #expect(UUID(uuidString: id) != nil)
        #expect(id.dropFirst(14).first == "4" && id == id.lowercased())
    }

    @Test("Tells the whole utterance in each partial transcript, without capitals and punctuation")
    mutating func partial() throws {
        // 1.5 s at 8 kHz.
        var commands: [ClientCommand] = []
        dialect.decode(binary: [UInt8](repeating: 0, count: 24_000).span, into: &commands)
        let messages = try encode(
            .speechStarted(itemID: "a", at: 8_000),
            .interim(itemID: "a", delta: "It's,"),
            .interim(itemID: "a", delta: " a well-known Fact.")
        )
        #expect(messages.map { $0["text"] as? String } == ["it's", "it's a well-known fact"])
        #expect(messages.allSatisfy { $0["message_type"] as? String == "PartialTranscript" })
        #expect(messages.allSatisfy { $0["audio_start"] as? Int == 500 && $0["audio_end"] as? Int == 1_500 })
        #expect(messages[1]["created"] as? String == "2023-11-14T22:13:20.250Z")
        let words = try #require(messages[1]["words"] as? [[String: Any]])
        #expect(words.map { $0["text"] as? String } == ["it's", "a", "well-known", "fact"])
        #expect(words.first?["start"] as? Int == 500 && words.last?["end"] as? Int == 1_500)
        #expect(zip(words, words.dropFirst()).allSatisfy { $0["end"] as? Int == $1["start"] as? Int })
    }

    @Test("Tells a final transcript with the engine's times and certainty")
    mutating func final() throws {
        var transcript = Transcript(
            text: "Hello, Bob.",
            words: [.init(text: "Hello,", range: 160..<8_000), .init(text: "Bob.", range: 8_000..<99_999)]
        )
        var segment = Transcript.Segment(text: "Hello, Bob.", range: 0..<16_000)
        segment.averageLogProbability = -0.1053605
        transcript.segments = [segment]
        let messages = try encode(
            .interim(itemID: "a", delta: "Hello"),
            .transcribed(SessionEvent.Item(id: "a", range: 16_000..<32_000), transcript)
        )
        #expect(
            messages[1] == [
                "message_type": "FinalTranscript", "text": "Hello, Bob.", "audio_start": 1_000, "audio_end": 2_000,
                "confidence": 0.9, "punctuated": true, "text_formatted": true, "created": "2023-11-14T22:13:20.250Z",
                "words": [
                    ["text": "Hello,", "start": 1_010, "end": 1_500, "confidence": 0.9],
                    ["text": "Bob.", "start": 1_500, "end": 2_000, "confidence": 0.9],
                ],
            ]
        )
        // The next utterance of the same name would begin anew.
        #expect(try encode(.interim(itemID: "a", delta: "Again")).first?["text"] as? String == "again")
    }

    @Test("Spreads the words of an engine without times over the utterance")
    mutating func spread() throws {
        let item = SessionEvent.Item(id: "a", range: 0..<16_000)
        let messages = try encode(.transcribed(item, Transcript(text: "ab cdef gh")))
        let words = try #require(messages[0]["words"] as? [[String: Any]])
        #expect(words.map { $0["start"] as? Int } == [0, 250, 750])
        #expect(words.map { $0["end"] as? Int } == [250, 750, 1_000])
    }

    @Test("Answers a forced end without speech with an empty transcript, and goes on")
    mutating func emptyCommit() throws {
        let messages = try encode(.rejected(ClientError(.commitEmpty, "Nothing.")), .ended(AudioLedger()))
        #expect(
            messages.map { $0["message_type"] as? String } == [
                "FinalTranscript", "SessionInformation", "SessionTerminated",
            ]
        )
        #expect(messages[0]["text"] as? String == "")
        #expect((messages[0]["words"] as? [Any])?.isEmpty == true)
    }

    @Test("Tells of a failed utterance with a text, and goes on")
    mutating func failure() throws {
        let item = SessionEvent.Item(id: "a", range: 0..<16_000)
        let error = TranscriptionError.unreachable
        let messages = try encode(.failed(item, error), .ended(AudioLedger()))
        #expect(messages[0] == ["error": error.description, "text": ""])
        #expect(messages[1]["message_type"] as? String == "SessionInformation")
        #expect(messages[1]["audio_duration_seconds"] as? Double == 0)
        #expect(messages[2] == ["message_type": "SessionTerminated", "text": ""])
    }

    @Test("Closes with the code of an expired session when the server stops, and no other dialect does")
    func stopping() {
        #expect(AssemblyAIDialect.stopping == .close(code: 4_008, reason: "session expired"))
        #expect(CompactDialect.stopping == .close(code: 1_001, reason: "server is stopping"))
        #expect(OpenAIRealtimeDialect.stopping == .close(code: 1_001, reason: "server is stopping"))
    }
}
