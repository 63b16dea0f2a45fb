import Audio
import Foundation
import Sessions
import Testing

@testable import Dialects

@Suite("Start of AssemblyAI's old protocol")
struct AssemblyAIProtocolTests {
    func start(_ query: [(String, String)], update: SessionUpdate? = nil) throws -> WireProtocol.Start {
        let opening = WireProtocol.Opening(
            query: query.map { (name: $0.0, value: $0.1) },
            offeredSubprotocols: [],
            header: { _ in [] },
            update: update
        )
        return try WireProtocol.assemblyAI.start(opening, SessionSettings())
    }

    /// What the client gets first where the session is refused: the code, with an error before it.
    func refusal(_ query: [(String, String)]) throws -> UInt16? {
        var dialect = try start(query).dialect
        var messages: [OutgoingMessage] = []
        dialect.encode(.created(SessionSettings()), into: &messages)
        guard messages.count == 2, case .text(let text) = messages[0], case .close(let code, _) = messages[1] else {
            return nil
        }
        let error = try JSONSerialization.jsonObject(with: Data(text)) as? [String: String]
        return error?["error"]?.isEmpty == false && error?["text"] == "" ? code : nil
    }

    @Test(
        "Takes the formats of the protocol",
        arguments: [
            ([("sample_rate", "44100")], AudioFormat.pcm16(rate: 44_100)),
            ([("sample_rate", "8000"), ("encoding", "pcm_s16le")], .pcm16(rate: 8_000)),
            ([("sample_rate", "8000"), ("encoding", "pcm_mulaw")], .muLaw),
            ([("encoding", "PCM_MULAW")], .muLaw),
            ([("x", "y")], .pcm16(rate: SampleClock.rate)),
        ]
    )
    func formats(_ query: [(String, String)], _ format: AudioFormat) throws {
        let start = try start(query)
        #expect(start.settings.inputFormat == format)
        #expect(start.settings.wantsInterim && !start.settings.includesAudio && !start.settings.answers)
        #expect(try refusal(query) == nil)
    }

    @Test(
        "Closes with the protocol's code on what it cannot do",
        arguments: [
            ([("sample_rate", "7999")], 4_000), ([("sample_rate", "16k")], 4_000), ([("sample_rate", "-1")], 4_000),
            ([("sample_rate", "16000"), ("encoding", "pcm_mulaw")], 4_000), ([("encoding", "opus")], 4_101),
            ([("word_boost", "[1]")], 4_104), ([("word_boost", "['a'")], 4_104),
            ([("word_boost", String(repeating: "x", count: 5_000))], 4_104),
        ] as [([(String, String)], UInt16)]
    )
    func refuses(_ query: [(String, String)], _ code: UInt16) throws {
        #expect(try refusal(query) == code)
    }

    @Test(
        "Reads words to listen for as clients of any age write them",
        arguments: [
            ([#"["aws", "a b"]"#], "aws, a b"), (["['aws', \"it's\"]"], "aws, it's"), (["aws", "azure"], "aws, azure"),
            ([#"['it\'s' ]"#], "it's"), (["[]"], nil), ([""], nil), (["[' ']"], nil),
        ] as [([String], String?)]
    )
    func boosts(_ values: [String], _ prompt: String?) throws {
        #expect(try start(values.map { ("word_boost", $0) }).settings.prompt == prompt)
    }

    @Test("Leaves partial transcripts out where they are not wanted", arguments: ["true", "True", "1"])
    func partials(_ value: String) throws {
        #expect(try !start([("disable_partial_transcripts", value)]).settings.wantsInterim)
    }

    @Test("Starts with what a token was made for")
    func token() throws {
        var update = SessionUpdate()
        update.language = "de"
        update.answers = true
        let settings = try start([], update: update).settings
        #expect(settings.language == "de")
        #expect(!settings.answers)
    }
}
