import Audio
import HTTPTransfer
import InMemoryLogging
import Logging
import TestSupport
import Testing

@testable import Transcription

@Suite("Whisper-compatible engine", .timeLimit(.minutes(2)))
struct WhisperHTTPTranscriberTests {
    @Test("Sends the form, byte for byte, and brings the text")
    func upload() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: #"{"text":" Hello. "}"#) }
        let samples = (0..<20_000).map { Int16(truncatingIfNeeded: $0 * 7_919) }
        let engine = try backend.engine {
            $0.prompt = "Names: Ana"
            $0.responseFormat = .json
        }
        let transcript = try await engine.transcribe(.init(samples: samples, language: "de"))
        #expect(transcript == Transcript(text: "Hello."))

        let request = try #require(backend.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/v1/audio/transcriptions")
        #expect(request.headers["authorization"] == "Bearer sk-secret")
        let line = try "--" + #require(request.headers["content-type"]?.split(separator: "boundary=").last)
        func field(_ name: String, _ value: String) -> String {
            "\(line)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        let head =
            field("model", "whisper-1") + field("language", "de") + field("prompt", "Names: Ana")
            + field("response_format", "json")
            + "\(line)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"audio.wav\"\r\n"
            + "Content-Type: audio/wav\r\n\r\n"
        let file = WAVFile(sampleRate: 16_000, samples: samples).encoded()
        #expect(request.body == Array(head.utf8) + file + Array("\r\n\(line)--\r\n".utf8))
    }

    @Test("Sends no key when there is none, and nothing at all for nothing")
    func bare() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: #"{"text":""}"#) }
        let engine = try backend.engine { $0.apiKey = nil }
        #expect(try await engine.transcribe(.init(samples: [])) == Transcript(text: ""))
        #expect(backend.accepted == 0)
        #expect(try await engine.transcribe(.init(samples: [1])) == Transcript(text: ""))
        #expect(backend.requests.first?.headers["authorization"] == nil)
    }

    @Test("Gives words as samples of the utterance")
    func words() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .respond(
                200,
                body: #"{"text":"a b","words":[{"word":"a","start":0,"end":"0.5"},{"word":"b","start":0.5,"end":9}]}"#
            )
        }
        let engine = try backend.engine { $0.responseFormat = .verboseJSON }
        let transcript = try await engine.transcribe(.init(samples: Array(repeating: 0, count: 16_000)))
        #expect(transcript.words == [.init(text: "a", range: 0..<8_000), .init(text: "b", range: 8_000..<16_000)])
    }

    struct Failure: CustomTestStringConvertible {
        var testDescription: String
        var answer: ScriptedBackend.Answer
        var error: TranscriptionError

        init(_ name: String, _ answer: ScriptedBackend.Answer, _ error: TranscriptionError) {
            testDescription = name
            self.answer = answer
            self.error = error
        }
    }

    @Test(
        "Each failure has its error, and one warning without text or key",
        arguments: [
            Failure(
                "401",
                .respond(401, body: #"{"error":{"message":"Bad key sk-secret","code":"invalid_api_key"}}"#),
                .backendStatus(401, code: "invalid_api_key")
            ),
            Failure("400 without a body", .respond(400, contentType: nil, body: ""), .backendStatus(400, code: nil)),
            Failure(
                "a code that is the key",
                .respond(400, body: #"{"error":{"code":"sk-secret"}}"#),
                .backendStatus(400, code: nil)
            ),
            Failure(
                "422",
                .respond(422, body: #"{"detail":[{"msg":"m","type":"missing"}]}"#),
                .backendStatus(422, code: "missing")
            ),
            Failure("500 with a transcript", .respond(500, body: #"{"text":"hush"}"#), .backendStatus(500, code: nil)),
            Failure(
                "503 as a page",
                .respond(503, contentType: "text/html", headers: ["Retry-After: 3"], body: "<html>"),
                .backendStatus(503, code: nil)
            ),
            Failure(
                "redirect",
                .respond(307, headers: ["Location: /elsewhere"], body: ""),
                .backendStatus(307, code: nil)
            ),
            Failure("error with 200", .respond(200, body: #"{"error":"loading"}"#), .invalidResponse),
            Failure("garbage", .respond(200, body: "\u{3}hush"), .invalidResponse),
            Failure("transcript of another shape", .respond(200, body: #"{"result":"hush"}"#), .invalidResponse),
            Failure("page", .respond(200, contentType: "text/html", body: "<!doctype html>hush"), .invalidResponse),
            Failure("204", .send("HTTP/1.1 204 No Content\r\n\r\n", thenClose: false), .invalidResponse),
            Failure("not HTTP", .send("hush, I am no web server\r\n", thenClose: true), .invalidResponse),
            Failure("too long", .respond(200, body: String(repeating: " ", count: 5 << 20)), .invalidResponse),
            Failure("closed before the answer", .close, .disconnected),
            Failure(
                "closed in the head",
                .send("HTTP/1.1 200 OK\r\nContent-Type: app", thenClose: true),
                .disconnected
            ),
            Failure(
                "closed after a provisional head",
                .send("HTTP/1.1 100 Continue\r\n\r\n", thenClose: true),
                .disconnected
            ),
            Failure(
                "closed in the body",
                .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"text\":\"hush\"}", thenClose: true),
                .disconnected
            ),
            Failure(
                "closed between chunks",
                .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"t\r\n", thenClose: true),
                .disconnected
            ),
            Failure("hangs before the head", .hold(.close), .timeout(seconds: 0.2)),
            Failure("hangs in the head", .send("HTTP/1.1 200 OK\r\n", thenClose: false), .timeout(seconds: 0.2)),
            Failure(
                "hangs in the body",
                .send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", thenClose: false),
                .timeout(seconds: 0.2)
            ),
        ]
    )
    func failures(_ failure: Failure) async throws {
        let backend = try await ScriptedBackend.start { _ in failure.answer }
        let engine = try backend.engine { configuration in
            configuration.responseFormat = .json
            if case .timeout = failure.error { configuration.timeout = .milliseconds(200) }
        }
        let log = await logged {
            await #expect(throws: failure.error) {
                try await engine.transcribe(.init(samples: [1], prompt: "whisper it"))
            }
        }
        #expect(backend.requests.count == 1)
        #expect(log.count == 1)
        let entry = try #require(log.first)
        #expect(entry.level == .warning)
        #expect(entry.metadata["steno.error.code"] == "\(failure.error.code)")
        for word in ["sk-secret", "hush", "whisper it"] { #expect(!"\(entry.metadata)".contains(word)) }
    }

    @Test("Says in the log what the backend said, on one line and not more than 300 characters of it")
    func backendMessage() async throws {
        let long = "Key sk-secret\\nis " + String(repeating: "bad ", count: 200)
        let backend = try await ScriptedBackend.start { _ in
            .respond(429, headers: ["Retry-After: 20"], body: #"{"error":{"message":"\#(long)"}}"#)
        }
        let engine = try backend.engine()
        let log = await logged { _ = try? await engine.transcribe(.init(samples: [1])) }
        let metadata = try #require(log.first?.metadata)
        let message = try #require(metadata["steno.backend.message"]?.description)
        #expect(message.hasPrefix("Key [redacted] is bad bad "))
        #expect(message.count == 300)
        #expect(metadata["steno.backend.status"] == "429")
        #expect(metadata["steno.backend.retry_after"] == "20.0 seconds")
        #expect(metadata["steno.backend.host"] == "127.0.0.1")
    }

    @Test("A backend that is not there is unreachable")
    func unreachable() async throws {
        let backend = try await ScriptedBackend.start { _ in .close }
        let engine = try backend.engine()
        try await backend.stop()
        let nameless = try WhisperHTTPTranscriber(
            configuration: .init(baseURL: "http://nobody.invalid/v1"),
            transport: HTTPTransport()
        )
        for engine in [engine, nameless] {
            let log = await logged {
                await #expect(throws: TranscriptionError.unreachable) {
                    try await engine.transcribe(.init(samples: [1]))
                }
            }
            #expect(log.first?.metadata["steno.backend.cause"] != nil)
        }
    }

    @Test("Cancelling ends a request and its connection, without a warning")
    func cancellation() async throws {
        let backend = try await ScriptedBackend.start { _ in .hold(.respond(200, body: #"{"text":"a"}"#)) }
        let engine = try backend.engine()
        let log = await logged {
            let running = Task { try await engine.transcribe(.init(samples: [1])) }
            await until { backend.held == 1 }
            running.cancel()
            await #expect(throws: TranscriptionError.cancelled) { try await running.value }
            await until { backend.open == 0 }
        }
        #expect(log.isEmpty)
    }

    @Test("A model that refuses verbose_json is asked for json at once, and for that alone from then on")
    func fallback() async throws {
        let backend = try await ScriptedBackend.start { request in
            guard request.asks(for: "verbose_json") else { return .respond(200, body: #"{"text":"a"}"#) }
            return .respond(400, body: #"{"error":{"message":"Unsupported","param":"response_format"}}"#)
        }
        let engine = try backend.engine()
        let log = await logged {
            for _ in 0..<2 {
                let transcript = try? await engine.transcribe(.init(samples: [1]))
                #expect(transcript?.text == "a")
            }
        }
        #expect(backend.requests.map { $0.asks(for: "verbose_json") } == [true, false, false])
        #expect(log.map(\.level) == [.notice])
    }

    @Test("An answer without words is kept with its segments, and noted once")
    func wordless() async throws {
        let body = #"{"text":"a","language":"en","segments":[{"text":" a","start":0,"end":1,"no_speech_prob":0.5}]}"#
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: body) }
        let engine = try backend.engine()
        let log = await logged {
            for _ in 0..<2 {
                let transcript = try? await engine.transcribe(.init(samples: Array(repeating: 1, count: 16_000)))
                #expect(transcript?.segments.first?.noSpeechProbability == 0.5)
                #expect(transcript?.language == "en")
            }
        }
        #expect(backend.requests.allSatisfy { $0.asks(for: "word") && $0.asks(for: "segment") })
        #expect(log.map(\.level) == [.notice])
    }
}

/// Runs `work` and returns what it logged.
private func logged(_ work: () async -> Void) async -> [InMemoryLogHandler.Entry] {
    let handler = InMemoryLogHandler()
    await withLogger(Logger(label: "test") { _ in handler }) { _ in await work() }
    return handler.entries
}

extension ScriptedBackend.Request {
    /// Whether a field of its form has this value.
    fileprivate func asks(for value: String) -> Bool {
        String(decoding: body, as: UTF8.self).contains("\r\n\r\n\(value)\r\n")
    }
}

extension ScriptedBackend {
    fileprivate func engine(
        _ change: (inout WhisperHTTPTranscriber.Configuration) -> Void = { _ in }
    ) throws -> WhisperHTTPTranscriber {
        var configuration = WhisperHTTPTranscriber.Configuration(
            baseURL: "http://127.0.0.1:\(port)/v1/",
            apiKey: "sk-secret"
        )
        change(&configuration)
        return try WhisperHTTPTranscriber(configuration: configuration, transport: HTTPTransport())
    }
}
