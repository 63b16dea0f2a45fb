import BackendHTTP
import HTTPTransfer
import InMemoryLogging
import JSON
import Logging
import Synchronization
import TestSupport
import Testing

@testable import SpeechSynthesis

@Suite("Speech over HTTP", .timeLimit(.minutes(1)))
struct SpeechHTTPSynthesizerTests {
    /// Audio in the order of its delivery.
    private final class Recording: Sendable {
        private let audio = Mutex<[SynthesizedAudio]>([])

        var samples: [Int16] { audio.withLock { $0.flatMap(\.samples) } }
        var rates: Set<Int> { audio.withLock { Set($0.map(\.rate)) } }

        func add(_ more: SynthesizedAudio) { audio.withLock { $0.append(more) } }
    }

    private static func engine(
        _ backend: ScriptedBackend,
        _ change: (inout SpeechHTTPSynthesizer.Configuration) -> Void = { _ in }
    ) throws -> SpeechHTTPSynthesizer {
        var configuration = SpeechHTTPSynthesizer.Configuration(baseURL: "http://127.0.0.1:\(backend.port)/v1")
        change(&configuration)
        return try SpeechHTTPSynthesizer(configuration: configuration, transport: HTTPTransport())
    }

    /// Letters are samples: "AA" is 0x4141.
    private static let word: [Int16] = [0x4141, 0x4242]

    private static func audio(_ body: String, type: String? = "audio/pcm") -> ScriptedBackend.Answer {
        .respond(200, contentType: type, body: body)
    }

    @Test("Ends speech that is far longer than its text", arguments: [1.0, 0.5])
    func endless(speed: Double) async throws {
        let backend = try await ScriptedBackend.start { _ in Self.audio(String(repeating: "AA", count: 24_000 * 60)) }
        let engine = try Self.engine(backend)
        let recording = Recording()
        await #expect(throws: SynthesisError.invalidResponse) {
            try await engine.speak(SynthesisRequest(text: "Hi there.", speed: speed)) { recording.add($0) }
        }
        let longest = 10 + 0.5 * 9 / speed
        #expect(Double(recording.samples.count) <= 24_000 * longest)
        try await engine.speak(SynthesisRequest(text: String(repeating: "Hi. ", count: 26))) { recording.add($0) }
    }

    @Test("Asks as OpenAI's clients do, and delivers samples at 24 kHz")
    func request() async throws {
        let backend = try await ScriptedBackend.start { _ in Self.audio("AABB") }
        let engine = try Self.engine(backend) { configuration in
            configuration.apiKey = " key "
            configuration.names = VoiceNames(targets: ["ash": "am_adam"])
        }
        let recording = Recording()
        let request = SynthesisRequest(text: "Hi.", voice: "Ash", speed: 1.5, instructions: "Softly.", model: "kokoro")
        try await engine.speak(request) { recording.add($0) }
        #expect(recording.samples == Self.word)
        #expect(recording.rates == [24_000])
        let sent = try #require(backend.requests.first)
        #expect(sent.target == "/v1/audio/speech")
        #expect(sent.headers["authorization"] == "Bearer key")
        #expect(
            try JSONValue(parsing: sent.body.span) == [
                "model": "kokoro", "input": "Hi.", "voice": "am_adam", "response_format": "pcm", "speed": .number(1.5),
                "instructions": "Softly.",
            ]
        )
    }

    @Test(
        "Believes the rate of the media type and of a WAV header, and holds an odd byte over",
        arguments: [
            ("AABB", "audio/pcm; rate=22050", 22_050), ("AABB", nil, 24_000),
            ("AABBC", "application/octet-stream", 24_000),
            (
                "RIFF\u{7F}\u{7F}\u{7F}\u{7F}WAVEfmt \u{10}\0\0\0\u{1}\0\u{1}\0\u{22}\u{56}\0\0\u{22}\u{56}\0\0\u{2}\0\u{10}\0data\u{7F}\u{7F}\u{7F}\u{7F}AABB",
                "audio/pcm", 22_050
            ),
        ] as [(String, String?, Int)]
    )
    func formats(body: String, type: String?, rate: Int) async throws {
        let backend = try await ScriptedBackend.start { _ in Self.audio(body, type: type) }
        let recording = Recording()
        try await Self.engine(backend).speak(SynthesisRequest(text: "Hi.")) { recording.add($0) }
        #expect(recording.samples == Self.word)
        #expect(recording.rates == [rate])
    }

    @Test("Delivers audio while more of it is to come")
    func streamed() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nContent-Length: 8\r\n\r\n"
        let backend = try await ScriptedBackend.start { _ in .pieces([head + "AAB", "BAABB"]) }
        let recording = Recording()
        let engine = try Self.engine(backend)
        let task = Task { try await engine.speak(SynthesisRequest(text: "Hi.")) { recording.add($0) } }
        await until { recording.samples == [0x4141] && backend.held == 1 }
        backend.release()
        try await task.value
        #expect(recording.samples == Self.word + Self.word)
    }

    struct Failure: CustomTestStringConvertible {
        var testDescription: String
        var answer: ScriptedBackend.Answer
        var error: SynthesisError

        init(_ name: String, _ answer: ScriptedBackend.Answer, _ error: SynthesisError) {
            testDescription = name
            self.answer = answer
            self.error = error
        }
    }

    @Test(
        "Says what failed",
        arguments: [
            Failure("status", .respond(500, body: #"{"error":{"code":"bad_day"}}"#), .status(500, code: "bad_day")),
            Failure("detail", .respond(422, body: #"{"detail":[{"msg":"no"}]}"#), .status(422, code: nil)),
            Failure("JSON", .respond(200, body: "{}"), .invalidResponse),
            Failure("empty", Self.audio(""), .invalidResponse),
            Failure("MP3", Self.audio("ID3\u{3}\0\0\0\0\0\0"), .invalidResponse),
            Failure("no answer", .close, .disconnected),
            Failure(
                "cut off",
                .send("HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nContent-Length: 8\r\n\r\nAABB", thenClose: true),
                .disconnected
            ),
        ]
    )
    func failures(failure: Failure) async throws {
        let backend = try await ScriptedBackend.start { _ in failure.answer }
        let engine = try Self.engine(backend)
        await #expect(throws: failure.error) { try await engine.speak(SynthesisRequest(text: "Hi.")) { _ in } }
    }

    @Test("Times out where nothing comes, and finds nobody at a closed port")
    func absent() async throws {
        let backend = try await ScriptedBackend.start { _ in .hold(Self.audio("AABB")) }
        let slow = try Self.engine(backend) { $0.firstByteTimeout = .milliseconds(50) }
        await #expect(throws: SynthesisError.timeout(seconds: 0.05)) {
            try await slow.speak(SynthesisRequest(text: "Hi.")) { _ in }
        }
        // What is held would keep the connection, and itself.
        backend.release()
        await until { backend.open == 0 }
        try await backend.stop()
        let engine = try Self.engine(backend)
        await #expect(throws: SynthesisError.unreachable) {
            try await engine.speak(SynthesisRequest(text: "Hi.")) { _ in }
        }
    }

    @Test("Closes the connection when it is cancelled")
    func cancelled() async throws {
        let backend = try await ScriptedBackend.start { _ in .hold(Self.audio("AABB")) }
        let engine = try Self.engine(backend)
        let task = Task { try await engine.speak(SynthesisRequest(text: "Hi.")) { _ in } }
        await until { backend.held == 1 }
        task.cancel()
        await #expect(throws: SynthesisError.cancelled) { try await task.value }
        await until { backend.open == 0 }
    }

    @Test("Asks for the default voice when the backend refuses another")
    func unknownVoice() async throws {
        let backend = try await ScriptedBackend.start { request in
            let isKnown = String(decoding: request.body, as: UTF8.self).contains(#""voice":"alloy""#)
            return isKnown ? Self.audio("AABB") : .respond(400, body: #"{"error":"no such voice"}"#)
        }
        let recording = Recording()
        try await Self.engine(backend).speak(SynthesisRequest(text: "Hi.", voice: "nobody")) { recording.add($0) }
        #expect(recording.samples == Self.word)
        #expect(backend.requests.count == 2)
    }

    @Test("Cuts a text that is too long for one request, and asks nothing for a blank one")
    func lengths() async throws {
        let backend = try await ScriptedBackend.start { _ in Self.audio("AABB") }
        let engine = try Self.engine(backend)
        let text = String(repeating: "This is one of many sentences. ", count: 200)
        try await engine.speak(SynthesisRequest(text: text)) { _ in }
        let inputs = try backend.requests.map { try JSONValue(parsing: $0.body.span)["input"]?.string ?? "" }
        #expect(inputs.joined().count >= text.count - 1)
        #expect(inputs.allSatisfy { $0.count <= 300 })
        let count = backend.requests.count
        try await engine.speak(SynthesisRequest(text: " \n")) { _ in }
        #expect(backend.requests.count == count)
    }

    @Test("Logs why it failed without the key and the text")
    func log() async throws {
        let handler = InMemoryLogHandler()
        let backend = try await ScriptedBackend.start { _ in
            .respond(401, body: #"{"error":{"message":"Wrong key secret-key","code":"secret-key"}}"#)
        }
        let engine = try Self.engine(backend) { $0.apiKey = "secret-key" }
        let logger = Logger(label: "test") { _ in handler }
        await withLogger(logger) { _ in
            _ = await #expect(throws: SynthesisError.status(401, code: nil)) {
                try await engine.speak(SynthesisRequest(text: "Private words.")) { _ in }
            }
        }
        let log = "\(handler.entries)"
        #expect(log.contains("Wrong key [redacted]"))
        #expect(!log.contains("secret-key") && !log.contains("Private"))
    }

    @Test(
        "Uses an address as it is meant, and refuses what is none",
        arguments: [
            ("http://h:1/v1", "/v1/audio/speech"), ("http://h/v1/", "/v1/audio/speech"),
            ("http://h/a/audio/speech", "/a/audio/speech"), ("nowhere:", nil), ("ftp://h", nil),
        ] as [(String, String?)]
    )
    func addresses(base: String, path: String?) {
        let configuration = SpeechHTTPSynthesizer.Configuration(baseURL: base)
        #expect((try? configuration.access().endpoint.path) == path)
    }
}
