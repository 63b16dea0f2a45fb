import AudioFiles
import HTTPTypes
import SpeechDetection
import Testing
import Transcription

@testable import StenoServer

@Suite("Transcription form")
struct TranscriptionFormTests {
    static func form(_ fields: [(String, String)], file: [UInt8]? = [1]) throws(APIError) -> TranscriptionForm {
        var form = MultipartForm(fields: fields.map { (name: $0.0, value: $0.1) })
        form.file = file.flatMap { try? SpooledFile($0) }
        return try TranscriptionForm(form)
    }

    static func param(_ fields: [(String, String)], file: [UInt8]? = [1]) -> String? {
        do throws(APIError) {
            _ = try form(fields, file: file)
            return nil
        } catch {
            #expect(error.status == .badRequest)
            return error.param
        }
    }

    @Test("Needs a file and nothing else")
    func defaults() throws {
        let form = try Self.form([])
        #expect(form.format == .json)
        #expect(form.granularities == [.segment])
        #expect(!form.isStreamed)
        #expect(form.language == nil)
        #expect(form.prompt == nil)
        #expect(form.chunking == nil)
        #expect(Self.param([], file: nil) == "file")
        #expect(Self.param([], file: []) == "file")
    }

    @Test("Reads every field")
    func fields() throws {
        let form = try Self.form([
            ("model", "whisper-1"), ("response_format", "verbose_json"), ("language", "en-US"), ("prompt", " Names. "),
            ("temperature", "0.0"), ("stream", "False"), ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"), ("include[]", "logprobs"), ("unknown", "x"),
        ])
        #expect(form.format == .verboseJSON)
        #expect(form.language?.code == "en")
        #expect(form.prompt == "Names.")
        #expect(form.granularities == [.segment, .word])
    }

    @Test("Takes auto and an empty text as the wish for detection", arguments: ["auto", "Auto", "", " "])
    func detection(value: String) throws {
        #expect(try Self.form([("language", value)]).language == .detected)
    }

    @Test("Takes an empty field as one that is not there")
    func empty() throws {
        let fields = ["response_format", "prompt", "temperature", "stream", "timestamp_granularities[]"]
        #expect(try Self.form(fields.map { ($0, "") }) == Self.form([]))
    }

    @Test(
        "Takes granularities in every form they come in",
        arguments: [
            [("timestamp_granularities[]", "word")], [("timestamp_granularities", "word")],
            [("timestamp_granularities[]", " word ,")], [("timestamp_granularities[0]", "word")],
            [("timestamp_granularities", #"["word"]"#)], [("timestamp_granularities[]", #"[ "word" ]"#)],
            [("timestamp_granularities", "['word']")], [("timestamp_granularities", "[word]")],
            [("timestamp_granularities", #""word""#)],
            [("timestamp_granularities", ""), ("timestamp_granularities", "word")],
        ]
    )
    func granularities(fields: [(String, String)]) throws {
        #expect(try Self.form(fields + [Self.verbose]).granularities == [.word])
        #expect(fields.allSatisfy { TranscriptionForm.isWanted($0.0) })
    }

    @Test(
        "Takes several granularities in every form they come in",
        arguments: [
            [("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment")],
            [("timestamp_granularities", "word"), ("timestamp_granularities", "segment")],
            [("timestamp_granularities[0]", "word"), ("timestamp_granularities[1]", "segment")],
            [("timestamp_granularities", "word, segment")], [("timestamp_granularities", #"["word","segment"]"#)],
            [("timestamp_granularities[]", "['word', 'segment']")],
        ]
    )
    func twoGranularities(fields: [(String, String)]) throws {
        #expect(try Self.form(fields + [Self.verbose]).granularities == [.word, .segment])
    }

    static let verbose = ("response_format", "verbose_json")

    @Test(
        "Does not check what it does not use",
        arguments: [
            ("temperature", "hot"), ("temperature", "0.0,0.2"), ("temperature[]", "0.2"), ("include[]", "x"),
            ("timestamp_granularities[]", "page"), ("timestamp_granularities", "["),
        ]
    )
    func unused(field: String, value: String) throws {
        #expect(try Self.form([(field, value)]) == Self.form([]))
    }

    @Test("Takes a truth value as clients write it", arguments: ["true", "True", "1", "TRUE"])
    func flags(value: String) throws {
        #expect(try Self.form([("stream", value)]).isStreamed)
    }

    @Test(
        "Names the field at fault",
        arguments: [
            ("response_format", "xml"), ("response_format", "diarized_json"), ("language", "klingon"),
            ("stream", "maybe"),
            ("chunking_strategy", "none"), ("chunking_strategy", "{"), ("chunking_strategy[type]", "semantic_vad"),
            ("chunking_strategy[threshold]", "2"), ("chunking_strategy[prefix_padding_ms]", "-1"),
            ("chunking_strategy[silence_duration_ms]", "1e300"), ("chunking_strategy[silence_duration_ms]", "100.5"),
        ]
    )
    func faults(field: String, value: String) {
        #expect(Self.param([(field, value)]) == field)
    }

    @Test("Says which granularity is unknown")
    func unknownGranularity() {
        #expect(Self.param([("timestamp_granularities[]", "word,page"), Self.verbose]) == "timestamp_granularities[]")
    }

    @Test("Streams only what can be sent in pieces", arguments: TranscriptionForm.Format.allCases)
    func streaming(format: TranscriptionForm.Format) {
        let param = Self.param([("stream", "true"), ("response_format", format.rawValue)])
        #expect(param == ([.json, .text].contains(format) ? nil : "stream"))
    }

    @Test(
        "Reads a chunking strategy in every form it comes in",
        arguments: [
            [
                ("chunking_strategy[type]", "server_vad"), ("chunking_strategy[threshold]", "0.7"),
                ("chunking_strategy[prefix_padding_ms]", "300"), ("chunking_strategy[silence_duration_ms]", "700"),
            ],
            [
                (
                    "chunking_strategy",
                    #"{"type":"server_vad","threshold":0.7,"prefix_padding_ms":300,"silence_duration_ms":700,"x":[]}"#
                )
            ],
            [
                ("chunking_strategy", #"{"type":"server_vad","threshold":0.7,"prefix_padding_ms":9}"#),
                ("chunking_strategy[prefix_padding_ms]", "300"), ("chunking_strategy[silence_duration_ms]", "700"),
            ],
        ]
    )
    func chunking(fields: [(String, String)]) throws {
        let chunking = try #require(try Self.form(fields).chunking)
        var expected = TurnDetection.webRTC
        expected.threshold = 0.7
        expected.prefixPadding = 4_800
        expected.hangover = 11_200
        #expect(chunking.applied(to: .webRTC) == expected)
        #expect(fields.allSatisfy { TranscriptionForm.isWanted($0.0) })
    }

    @Test(
        "Takes auto as the server's rules",
        arguments: [("chunking_strategy", "auto"), ("chunking_strategy[type]", "auto")]
    )
    func auto(field: String, value: String) throws {
        #expect(try Self.form([(field, value)]).chunking?.applied(to: .webRTC) == .webRTC)
    }
}
