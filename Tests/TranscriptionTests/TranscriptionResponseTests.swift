import Testing

@testable import Transcription

@Suite("Transcription response")
struct TranscriptionResponseTests {
    struct Case: CustomTestStringConvertible {
        var server: String
        var body: String
        var contentType: String? = "application/json"
        var text: String
        var words: [TimedWord] = []
        var segments: [TimedSegment] = []
        var language: String?

        var testDescription: String { server }
    }

    static let cases = [
        Case(
            server: "OpenAI, json",
            body: #"{"text":"Hello there.","usage":{"type":"duration","seconds":2}}"#,
            text: "Hello there."
        ),
        Case(
            server: "OpenAI, verbose_json with words",
            body: #"""
                {"task":"transcribe","language":"english","duration":1.5,"text":"Hello there.",
                 "words":[{"word":"Hello","start":0.1,"end":0.5},{"word":"there","start":0.5,"end":1}],
                 "usage":{"type":"duration","seconds":2}}
                """#,
            text: "Hello there.",
            words: [.init(text: "Hello", start: 0.1, end: 0.5), .init(text: "there", start: 0.5, end: 1)],
            language: "english"
        ),
        Case(
            server: "OpenAI, verbose_json with segments only",
            body: #"""
                {"task":"transcribe","language":"english","duration":1.5,"text":"Hi.","segments":[{"id":0,"seek":0,
                 "start":0.0,"end":1.5,"text":" Hi.","tokens":[50364,2421],"temperature":0.0,"avg_logprob":-0.3}]}
                """#,
            text: "Hi.",
            segments: [
                .init(
                    text: "Hi.",
                    start: 0,
                    end: 1.5,
                    averageLogProbability: -0.3,
                    temperature: 0,
                    tokens: [50_364, 2_421]
                )
            ],
            language: "english"
        ),
        Case(
            server: "Groq",
            body: #"{"text":" Good morning.","x_groq":{"id":"req_01"}}"#,
            text: "Good morning."
        ),
        Case(
            server: "vLLM, duration as a string",
            body: #"{"duration":"2.04","language":"en","text":"Fine","segments":null,"words":null}"#,
            text: "Fine",
            language: "en"
        ),
        Case(
            server: "whisper.cpp, json",
            body: "{\"text\":\" One line.\\n Two lines.\\n\"}\n",
            text: "One line.\n Two lines."
        ),
        Case(
            server: "whisper.cpp, verbose_json with tokens per segment",
            body: #"""
                {"task":"transcribe","language":"english","duration":1.2,"text":" Hello world.\n","segments":[
                 {"id":0,"text":" Hello","words":[{"word":" Hel","start":0.0,"end":0.2,"t_dtw":-1,"probability":0.9},
                  {"word":"lo","start":0.2,"end":0.4,"t_dtw":-1,"probability":0.9}]},
                 {"id":1,"text":" world.","words":[{"word":" world","start":0.5,"end":0.9,"t_dtw":-1},
                  {"word":".","start":0.9,"end":1.0,"t_dtw":-1}]}],
                 "detected_language":"english","language_probabilities":{"en":0.99}}
                """#,
            text: "Hello world.",
            words: [.init(text: " Hello", start: 0, end: 0.4), .init(text: " world.", start: 0.5, end: 1)],
            language: "english"
        ),
        Case(
            server: "whisper.cpp, text called HTML",
            body: " So it goes.\n",
            contentType: "text/html; charset=utf-8",
            text: "So it goes."
        ),
        Case(
            server: "OpenAI, text",
            body: "It is late.\n",
            contentType: "text/plain; charset=utf-8",
            text: "It is late."
        ),
        Case(server: "text that says nothing", body: " \n.", contentType: "TEXT/PLAIN", text: "."),
        Case(
            server: "LocalAI, words keyed as text, nanoseconds",
            body: #"""
                {"text":"Yes.","segments":[{"id":0,"start":0,"end":1000000000,"text":"Yes.","tokens":null,
                 "words":[{"text":"Yes.","start":200000000,"end":1000000000}]}]}
                """#,
            text: "Yes.",
            words: [.init(text: "Yes.", start: 2e8, end: 1e9)],
            segments: [.init(text: "Yes.", start: 0, end: 1e9)]
        ),
        Case(
            server: "speaches, words with leading spaces",
            body: #"""
                {"task":"transcribe","language":"en","duration":0.9,"text":"Oh well","words":[
                 {"start":0.0,"end":0.4,"word":" Oh","probability":0.7},{"start":0.4,"end":0.9,"word":" well"}],
                 "segments":[{"text":"Oh well","words":[{"start":0.0,"end":0.4,"word":" Other"}]}]}
                """#,
            text: "Oh well",
            words: [.init(text: " Oh", start: 0, end: 0.4), .init(text: " well", start: 0.4, end: 0.9)],
            language: "en"
        ),
        Case(
            server: "faster-whisper, pieces of a word in the whole answer",
            body: #"""
                {"text":" Side-by-side.","words":[{"word":" Side","start":0,"end":0.2},
                 {"word":"-by","start":0.2,"end":0.3},{"word":"-side.","start":0.3,"end":0.6}]}
                """#,
            text: "Side-by-side.",
            words: [.init(text: " Side-by-side.", start: 0, end: 0.6)]
        ),
        Case(
            server: "segments of every wrong shape",
            body: #"""
                {"text":"x","language":7,"detected_language":" de ","segments":[null,2,"x",{},{"text":"no times"},
                 {"text":" ","start":0,"end":1},
                 {"text":"ok","start":"0.5","end":1,"tokens":["a"],"avg_logprob":"-0.5","no_speech_prob":NaN,
                  "compression_ratio":null,"temperature":{}}]}
                """#,
            text: "x",
            segments: [.init(text: "ok", start: 0.5, end: 1, averageLogProbability: -0.5)],
            language: "de"
        ),
        Case(server: "a JSON string alone", body: #" "Just text " "#, text: "Just text"),
        Case(server: "nothing recognised, null", body: #"{"text":null}"#, text: ""),
        Case(server: "nothing recognised, empty", body: #"{"text":"  "}"#, text: ""),
        Case(
            server: "Python's NaN and Infinity",
            body: #"""
                {"text":"a b c","duration":NaN,"segments":[{"avg_logprob":-Infinity,"no_speech_prob":NaN}],
                 "words":[{"word":"a","start":NaN,"end":1},{"word":"b","start":0.5,"end":Infinity},
                 {"word":"c","start":"1.5","end":" 2 "}]}
                """#,
            text: "a b c",
            words: [.init(text: "c", start: 1.5, end: 2)]
        ),
        Case(
            server: "words of every wrong shape",
            body: #"""
                {"text":"x","words":[null,1,"x",[],{},{"word":null,"start":0,"end":1},{"word":"n","start":null,"end":1},
                 {"word":"k","text":"l","start":0,"end":"soon"},{"word":"ok","start":0,"end":1}],"segments":[null,3]}
                """#,
            text: "x",
            words: [.init(text: "ok", start: 0, end: 1)]
        ),
        Case(server: "no error, said so", body: #"{"error":null,"text":"a"}"#, text: "a"),
        Case(server: "no error, empty", body: #"{"error":"","text":"a"}"#, text: "a"),
        Case(server: "no error, false", body: #"{"error":false,"text":"a"}"#, text: "a"),
        Case(server: "JSON without a type", body: #"{"text":"a"}"#, contentType: nil, text: "a"),
        Case(server: "JSON called text", body: #"{"text":"a"}"#, contentType: "text/plain", text: "a"),
        Case(server: "text in quotes", body: #""Go," he said."#, contentType: "text/plain", text: #""Go," he said."#),
        Case(server: "any script", body: #"{"text":"\u3053\u3093にちは \ud83d\ude00"}"#, text: "こんにちは 😀"),
    ]

    @Test("Reads the answer of", arguments: cases)
    func reads(_ example: Case) throws {
        let response = try TranscriptionResponse.parse(Array(example.body.utf8), contentType: example.contentType)
        let expected = TranscriptionResponse(
            text: example.text,
            words: example.words,
            segments: example.segments,
            language: example.language
        )
        #expect(response == expected)
    }

    @Test(
        "Refuses what is not a transcription",
        arguments: [
            ("", "application/json"), (" \n", "text/plain"), ("{", "application/json"), ("{}", "application/json"),
            ("[]", "application/json"), ("null", "application/json"), ("12", "application/json"),
            (#"{"text":12}"#, "application/json"), (#"{"text":{}}"#, "application/json"),
            (#"{"text":"a""#, "text/plain"),
            (#"{"error":"model is loading"}"#, "application/json"), (#"{"error":"x","text":"a"}"#, "application/json"),
            (#"{"error":{"message":"m"},"text":"a"}"#, "application/json"),
            (#"{"error":true,"text":""}"#, "application/json"),
            (#"{"detail":"Not Found"}"#, "application/json"), ("plain", "application/json"), ("plain", nil),
            ("plain", "application/octet-stream"), ("<!DOCTYPE html><p>Sign in", "text/html"),
            ("\n <HTML><body>", "text/html; charset=utf-8"), ("<html>", "text/plain"), ("WEBVTT\n\n", "text/plain"),
            ("a\u{0}b", "text/plain"), ("data: {}\n\n", "text/event-stream"),
        ] as [(String, String?)]
    )
    func refuses(body: String, contentType: String?) {
        #expect(throws: TranscriptionError.invalidResponse) {
            try TranscriptionResponse.parse(Array(body.utf8), contentType: contentType)
        }
    }

    @Test("Refuses bytes that are not UTF-8", arguments: ["text/plain", "application/json"])
    func notUTF8(contentType: String) {
        #expect(throws: TranscriptionError.invalidResponse) {
            try TranscriptionResponse.parse([0x41, 0xFF, 0xFE], contentType: contentType)
        }
    }

    @Test("Never traps on a damaged answer")
    func damaged() {
        for example in Self.cases {
            let bytes = Array(example.body.utf8)
            for index in bytes.indices {
                for byte in [0, UInt8(ascii: "\""), UInt8(ascii: "}"), 0xFF] {
                    var damaged = bytes
                    damaged[index] = byte
                    if let response = try? TranscriptionResponse.parse(damaged, contentType: example.contentType) {
                        _ = response.transcript(sampleCount: 1_000)
                    }
                }
                _ = try? TranscriptionResponse.parse(Array(bytes[..<index]), contentType: example.contentType)
            }
        }
    }
}
