import Backends
import HTTPTransfer
import JSON
import Synchronization
import TestSupport
import Testing

@testable import SpeechSynthesis

@Suite("Pool of speech backends", .timeLimit(.minutes(1)))
struct PooledSynthesizerTests {
    /// Samples in the order of their delivery.
    private final class Recording: Sendable {
        private let audio = Mutex<[Int16]>([])
        var samples: [Int16] { audio.withLock { $0 } }
        func add(_ more: SynthesizedAudio) { audio.withLock { $0 += more.samples } }
    }

    private static let well = ScriptedBackend.Answer.respond(200, contentType: "audio/pcm", body: "AABB")
    private static let word: [Int16] = [0x4141, 0x4242]

    private static func withPool(
        _ backends: [ScriptedBackend],
        firstByte: Duration = .seconds(30),
        voices: [String] = ["alloy", "alloy", "alloy"],
        concurrency: Int = 16,
        _ body: (PooledSynthesizer) async throws -> Void
    ) async throws {
        let engines = try backends.enumerated().map { index, backend in
            var configuration = SpeechHTTPSynthesizer.Configuration(baseURL: "http://127.0.0.1:\(backend.port)/v1")
            configuration.firstByteTimeout = firstByte
            configuration.voice = voices[index]
            return try SpeechHTTPSynthesizer(configuration: configuration, transport: HTTPTransport())
        }
        let members = backends.indices.map { MemberTerms(name: "\($0)", concurrency: concurrency, adapts: false) }
        let pool = PooledSynthesizer(engines, in: StreamPool(members, unit: PooledSynthesizer.unit, seed: 1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            try await body(pool)
            group.cancelAll()
        }
    }

    static let faults =
        ScriptedFault.everywhere + [
            ScriptedFault(
                name: "cut before the first sample",
                answer: .send(
                    "HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nContent-Length: 8\r\n\r\nA",
                    thenClose: true
                ),
                label: "disconnected"
            ),
            ScriptedFault(name: "no audio", answer: .respond(200, body: "{}"), label: "invalid_response"),
            ScriptedFault(
                name: "nothing",
                answer: .respond(200, contentType: "audio/pcm", body: ""),
                label: "invalid_response"
            ),
        ]

    @Test("What fails before the first sample is spoken elsewhere at once, and nobody hears it", arguments: faults)
    func failover(fault: ScriptedFault) async throws {
        let faulty = try await ScriptedBackend.start { _ in fault.answer }
        let other = try await ScriptedBackend.start { _ in Self.well }
        try await Self.withPool([faulty, other]) { engine in
            for _ in 0..<6 {
                let recording = Recording()
                try await engine.speak(SynthesisRequest(text: "Hi.")) { recording.add($0) }
                #expect(recording.samples == Self.word)
            }
            #expect(Set(engine.report[0].tally.failed.keys) == [fault.label])
            #expect(engine.report.allSatisfy { $0.inFlight == 0 })
        }
        #expect((1...4).contains(faulty.requests.count))
    }

    @Test("A backend that hangs is left for another one")
    func hanging() async throws {
        let faulty = try await ScriptedBackend.start { _ in .hold(Self.well) }
        let other = try await ScriptedBackend.start { _ in Self.well }
        try await Self.withPool([faulty, other], firstByte: .milliseconds(600)) { engine in
            for _ in 0..<3 {
                let recording = Recording()
                try await engine.speak(SynthesisRequest(text: "Hi.")) { recording.add($0) }
                #expect(recording.samples == Self.word)
            }
            #expect(!engine.report[0].isWell)
        }
    }

    @Test("After the first sample there is no second try")
    func cutLater() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\nContent-Length: 8\r\n\r\n"
        let faulty = try await ScriptedBackend.start { _ in .send(head + "AABB", thenClose: true) }
        try await Self.withPool([faulty]) { engine in
            let recording = Recording()
            await #expect(throws: SynthesisError.disconnected) {
                try await engine.speak(SynthesisRequest(text: "Hi.")) { recording.add($0) }
            }
            #expect(recording.samples == Self.word)
        }
        #expect(faulty.requests.count == 1)
    }

    @Test("Each backend has its own default voice; what it has is offered by all")
    func voices() async throws {
        let faulty = try await ScriptedBackend.start { _ in .respond(500, body: "{}") }
        let other = try await ScriptedBackend.start { _ in Self.well }
        try await Self.withPool([faulty, other], voices: ["bella", "alloy"]) { engine in
            #expect(engine.voices.map(\.name) == ["bella", "alloy"])
            try await engine.speak(SynthesisRequest(text: "Hi.")) { _ in }
        }
        let asked = try (faulty.requests + other.requests).map { try JSONValue(parsing: $0.body.span)["voice"]?.string }
        #expect(asked == ["bella", "alloy"])
    }

    @Test("A backend has no more requests than it may; the others wait")
    func concurrency() async throws {
        let backend = try await ScriptedBackend.start { _ in .delayed(by: .milliseconds(5), Self.well) }
        try await Self.withPool([backend], concurrency: 2) { engine in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await engine.speak(SynthesisRequest(text: "Hi.")) { _ in } }
                }
                try await group.waitForAll()
            }
        }
        #expect(backend.requests.count == 12)
        #expect(backend.peak == 2)
    }
}
