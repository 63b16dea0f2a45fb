import Sessions
import TestSupport
import Testing
import Transcription

@testable import StenoServer

@Suite("Measured stages", .timeLimit(.minutes(1)))
struct StageMetricsTests {
    private let registry = PrometheusRegistry()

    /// An engine that begins at once, or fails before it has.
    private struct Engine: Transcriber {
        var begins = true

        func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
            guard begins else { throw .noBackend }
            request.start?.begin()
            return Transcript(text: "text")
        }
    }

    private func value(_ series: String) -> Double? {
        let line = registry.render().split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }

    private func stage(_ name: String, _ suffix: String) -> Double? {
        value("steno_stage_duration_seconds_\(suffix){stage=\"\(name)\"}")
    }

    @Test("An engine's time is what was waited for it and what it worked, and nothing else")
    func sum() async throws {
        let transcriber = MeasuredTranscriber(Engine(), backend: "x", factory: registry)
        for _ in 0..<3 { _ = try await transcriber.transcribe(TranscriptionRequest(samples: [1])) }
        #expect(stage("queue", "count") == 3)
        #expect(stage("backend", "count") == 3)
        let parts = try #require(stage("queue", "sum")) + #require(stage("backend", "sum"))
        let whole = try #require(value("steno_engine_request_duration_seconds_sum{backend=\"x\"}"))
        #expect(abs(parts - whole) < 1e-6)
    }

    @Test("Where no engine began, all was waiting")
    func unserved() async {
        let transcriber = MeasuredTranscriber(Engine(begins: false), backend: "x", factory: registry)
        await #expect(throws: TranscriptionError.noBackend) {
            try await transcriber.transcribe(TranscriptionRequest(samples: [1]))
        }
        #expect(stage("queue", "count") == 1)
        #expect(stage("backend", "count") == 0)
    }

    @Test("What is asked ahead of an utterance's end is no stage of it")
    func ahead() async throws {
        var request = TranscriptionRequest(samples: [1])
        request.isAhead = true
        _ = try await MeasuredTranscriber(Engine(), backend: "x", factory: registry).transcribe(request)
        #expect(stage("queue", "count") == 0)
    }

    @Test("The first attempt ends the wait, not a later one")
    func firstAttempt() {
        let (start, now) = (EngineStart(), ContinuousClock.now)
        #expect(start.time == nil)
        start.begin(at: now)
        start.begin(at: now + .seconds(1))
        #expect(start.time == now)
    }

    @Test("What comes first counts once")
    func first() {
        let now = ContinuousClock.now
        let token = FirstTime(.firstToken, StageMetrics(factory: registry), from: now)
        #expect(stage("first_token", "count") == 0)
        for seconds in [2, 5] { token.happened(at: now + .seconds(seconds)) }
        #expect(stage("first_token", "count") == 1)
        #expect(stage("first_token", "sum") == 2)
    }

    @Test("Input stands still from when the session takes nothing until it goes on")
    func hold() {
        let now = ContinuousClock.now
        var hold = InputHold()
        #expect(hold.update(isHeld: false, at: now) == nil)
        #expect(hold.update(isHeld: true, at: now + .seconds(1)) == nil)
        #expect(hold.update(isHeld: true, at: now + .seconds(2)) == nil)
        #expect(hold.update(isHeld: false, at: now + .seconds(4)) == .seconds(3))
        #expect(hold.update(isHeld: false, at: now + .seconds(5)) == nil)
    }
}
