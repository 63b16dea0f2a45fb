import BackendHTTP
import HTTPTransfer
import Testing

@testable import Transcription

@Suite("Configuration of the Whisper-compatible engine")
struct WhisperHTTPConfigurationTests {
    typealias Configuration = WhisperHTTPTranscriber.Configuration

    @Test(
        "The base URL leads to the transcription service",
        arguments: [
            ("https://api.openai.com/v1", "https://api.openai.com/v1/audio/transcriptions"),
            (" https://api.openai.com/v1//\n", "https://api.openai.com/v1/audio/transcriptions"),
            ("http://localhost:8000", "http://localhost:8000/audio/transcriptions"),
            ("http://host/v1/audio/transcriptions", "http://host/v1/audio/transcriptions"),
            ("http://host/v1/audio/transcriptions/", "http://host/v1/audio/transcriptions"),
            ("http://host:8080/inference", "http://host:8080/inference"),
            ("http://host/v1?api-version=2", "http://host/v1/audio/transcriptions?api-version=2"),
        ]
    )
    func endpoint(base: String, expected: String) throws {
        #expect(try Configuration(baseURL: base).access().endpoint.text == expected)
    }

    @Test(
        "A bad base URL is named in one line, without a password",
        arguments: [
            ("api.openai.com/v1", "api.openai.com/v1"), ("ftp://u:secret@host/v1", "host/v1"), ("", ""),
        ]
    )
    func badBaseURL(base: String, shown: String) throws {
        let error = try #require(throws: WhisperHTTPConfigurationError.access(.badBaseURL(shown))) {
            try Configuration(baseURL: base).access()
        }
        #expect(error.description.hasPrefix("Base URL \"\(shown)\" is not an http or https address"))
        #expect(!error.description.contains("\n"))
    }

    @Test(
        "Detection has a word of its own for whisper.cpp, and none for other servers",
        arguments: [("http://host/inference", "auto"), ("http://host/v1", nil)] as [(String, String?)]
    )
    func detection(base: String, sent: String?) throws {
        let configuration = Configuration(baseURL: base)
        func language(_ request: TranscriptionRequest) throws -> String? {
            let transfer = configuration.transfer(request, as: .json, to: try configuration.access())
            guard case .post(.multipart(let parts)) = transfer.method else { return nil }
            return parts.first { $0.name == "language" }.map { String(decoding: $0.content, as: UTF8.self) }
        }
        #expect(try language(TranscriptionRequest(samples: [0])) == sent)
        #expect(try language(TranscriptionRequest(samples: [0], language: "de")) == "de")
    }

    @Test("Limits of nothing are refused")
    func limits() throws {
        var configuration = Configuration(baseURL: "http://host/v1")
        configuration.timeout = .zero
        #expect(throws: WhisperHTTPConfigurationError.notPositive(setting: "time limit")) {
            try configuration.validate()
        }
        configuration = Configuration(baseURL: "http://host/v1", connectTimeout: .seconds(-1))
        #expect(throws: WhisperHTTPConfigurationError.notPositive(setting: "time limit for connecting")) {
            try configuration.validate()
        }
    }

    @Test("White space around the key goes, a control character within is refused")
    func apiKey() throws {
        #expect(try Configuration(baseURL: "http://h", apiKey: " key \n").access().key == "key")
        #expect(try Configuration(baseURL: "http://h", apiKey: " \n").access().key == nil)
        #expect(throws: WhisperHTTPConfigurationError.access(.badAPIKey)) {
            try Configuration(baseURL: "http://h", apiKey: "a\r\nb").validate()
        }
    }

    @Test(
        "What the request says wins over what is configured",
        arguments: [
            (nil, nil, nil), ("en", nil, "en"), (nil, "de", "de"), ("en", "de", "de"), ("en", "", nil),
        ] as [(String?, String?, String?)]
    )
    func defaults(configured: String?, requested: String?, sent: String?) throws {
        let configuration = Configuration(baseURL: "http://host/v1", language: configured, prompt: configured)
        let request = TranscriptionRequest(samples: [1], language: requested, prompt: requested)
        let transfer = try configuration.transfer(request, as: .json, to: configuration.access())
        guard case .post(.multipart(let parts)) = transfer.method else { return #expect(Bool(false)) }
        for name in ["language", "prompt"] {
            let values = parts.filter { $0.name == name }.map { String(decoding: $0.content, as: UTF8.self) }
            #expect(values == (sent.map { [$0] } ?? []))
        }
        #expect(parts.last?.name == "file")
    }

    @Test(
        "The form names the format, and the times that it should have",
        arguments: [
            (.json, ["json"], []), (.verboseJSON(granularities: ["segment"]), ["verbose_json"], ["segment"]),
            (.verboseJSON(granularities: ["word", "segment"]), ["verbose_json"], ["word", "segment"]),
        ] as [(FormatMemory.Request, [String], [String])]
    )
    func format(_ format: FormatMemory.Request, name: [String], times: [String]) throws {
        let configuration = Configuration(baseURL: "http://host/v1")
        let transfer = try configuration.transfer(.init(samples: [1]), as: format, to: configuration.access())
        guard case .post(.multipart(let parts)) = transfer.method else { return #expect(Bool(false)) }
        func values(_ name: String) -> [String] {
            parts.filter { $0.name == name }.map { String(decoding: $0.content, as: UTF8.self) }
        }
        #expect(values("response_format") == name)
        #expect(values("timestamp_granularities[]") == times)
    }
}
