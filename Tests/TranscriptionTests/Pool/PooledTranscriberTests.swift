import Backends
import HTTPTransfer
import TestSupport
import Testing

@testable import Transcription

@Suite("Pool of engines", .timeLimit(.minutes(2)))
struct PooledTranscriberTests {
    private static let text = ScriptedBackend.Answer.respond(200, body: #"{"text":"a"}"#)
    private static let quick = ScriptedBackend.Answer.delayed(by: .milliseconds(10), text)

    struct Fault: CustomTestStringConvertible {
        var testDescription: String
        /// The most requests of 150 that such a backend may still get; all, where it answers well enough.
        var most: Int
        var answer: @Sendable (ScriptedBackend.Request) -> ScriptedBackend.Answer
    }

    static let behaviours = [
        Fault(testDescription: "healthy", most: 150) { _ in quick },
        Fault(testDescription: "slow", most: 40) { _ in .delayed(by: .milliseconds(300), text) },
        Fault(testDescription: "500s", most: 40) { _ in .respond(500, body: "{}") },
        Fault(testDescription: "429 with Retry-After", most: 20) { _ in
            .respond(429, headers: ["Retry-After: 30"], body: "{}")
        },
        Fault(testDescription: "hanging", most: 40) { _ in .hold(text) },
        Fault(testDescription: "cutting", most: 40) { _ in
            .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", thenClose: true)
        },
        Fault(testDescription: "closing idle connections", most: 150) { request in
            request.turn == 1 ? .respond(200, headers: ["Connection: close"], body: #"{"text":"a"}"#) : quick
        },
        Fault(testDescription: "garbage", most: 40) { _ in .respond(200, contentType: "text/html", body: "<html>") },
        Fault(testDescription: "no HTTP", most: 40) { _ in .send("hello\r\n", thenClose: true) },
    ]

    @Test("Every utterance has its transcript, whatever one of three backends does", arguments: behaviours)
    func faults(fault: Fault) async throws {
        let faulty = try await ScriptedBackend.start(fault.answer)
        let others = [
            try await ScriptedBackend.start { _ in Self.quick }, try await ScriptedBackend.start { _ in Self.quick },
        ]
        let pool = try Self.pool(([faulty] + others).map(\.port))
        try await Self.serving(pool) {
            try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<150 {
                    group.addTask { try await pool.transcribe(.init(samples: [Int16(index)])).text }
                }
                for try await text in group { #expect(text == "a") }
            }
        }
        #expect(faulty.requests.count <= fault.most)
        for backend in [faulty] + others { #expect(backend.peak <= 4) }
    }

    @Test("A backend that comes back gets requests again")
    func recovery() async throws {
        let isWell = Gate()
        let backend = try await ScriptedBackend.start { _ in isWell.isOpen ? Self.text : .respond(503, body: "{}") }
        let other = try await ScriptedBackend.start { _ in Self.quick }
        var rules = BackendPool.Rules()
        rules.breaker.pause = .milliseconds(20)
        let pool = try Self.pool([backend.port, other.port], rules: rules)
        try await Self.serving(pool) {
            while pool.report[0].state == .closed { _ = try await pool.transcribe(.init(samples: [1])) }
            isWell.open()
            while pool.report[0].state != .closed { _ = try await pool.transcribe(.init(samples: [1])) }
        }
        #expect(pool.report[0].tally.probes >= 1)
    }

    @Test("The embedded engine serves when no backend can, and its transcripts say so")
    func fallback() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(500, body: "{}") }
        let pool = try Self.pool([backend.port], fallback: Echo())
        try await Self.serving(pool) {
            for _ in 0..<5 {
                let transcript = try await pool.transcribe(.init(samples: [1, 2]))
                #expect((transcript.text, transcript.engine) == ("2", "echo"))
            }
        }
        #expect(backend.requests.count == 3)
        #expect(pool.models == ["whisper-1", "echo"])
    }

    @Test("A refusal of the request itself is told at once")
    func refusal() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(413, body: "{}") }
        let other = try await ScriptedBackend.start { _ in .respond(413, body: "{}") }
        let pool = try Self.pool([backend.port, other.port])
        try await Self.serving(pool) {
            await #expect(throws: TranscriptionError.backendStatus(413, code: nil)) {
                try await pool.transcribe(.init(samples: [1]))
            }
        }
        #expect(backend.requests.count + other.requests.count == 1)
    }

    @Test("Cancelling ends a request and one that waits for its turn; one ahead is refused where others wait")
    func cancellation() async throws {
        let backend = try await ScriptedBackend.start { _ in .hold(Self.text) }
        let pool = try Self.pool([backend.port], concurrency: 1)
        try await Self.serving(pool) {
            let running = Task { try await pool.transcribe(.init(samples: [1])) }
            await until { backend.held == 1 }
            let waiting = Task { try await pool.transcribe(.init(samples: [2])) }
            await until { pool.waiting == 1 }
            var ahead = TranscriptionRequest(samples: [3])
            ahead.isAhead = true
            await #expect(throws: TranscriptionError.cancelled) { try await pool.transcribe(ahead) }
            waiting.cancel()
            await #expect(throws: TranscriptionError.cancelled) { try await waiting.value }
            running.cancel()
            await #expect(throws: TranscriptionError.cancelled) { try await running.value }
            await until { backend.open == 0 }
        }
        #expect(backend.requests.count == 1)
    }

    /// Knows how long an utterance is.
    private struct Echo: Transcriber {
        func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
            Transcript(text: "\(request.samples.count)")
        }
    }

    private static func pool(
        _ ports: [Int],
        concurrency: Int = 4,
        rules: BackendPool.Rules = .init(),
        fallback: (any Transcriber)? = nil
    ) throws -> PooledTranscriber {
        let transport = try HTTPTransport()
        var members = try ports.map { port in
            PooledTranscriber.Member(
                try WhisperHTTPTranscriber(
                    configuration: .init(baseURL: "http://127.0.0.1:\(port)/v1"),
                    transport: transport
                ),
                terms: MemberTerms(name: "\(port)", concurrency: concurrency),
                model: "whisper-1"
            )
        }
        if let fallback {
            members.append(.init(fallback, terms: MemberTerms(name: "echo", tier: 1), model: "echo"))
        }
        return PooledTranscriber(members, rules: rules, patience: .seconds(60), seed: 1)
    }

    private static func serving(_ pool: PooledTranscriber, _ body: @escaping () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            try await body()
            group.cancelAll()
        }
    }
}
