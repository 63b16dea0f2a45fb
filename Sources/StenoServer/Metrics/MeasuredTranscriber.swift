import CoreMetrics
import Metrics
import Sessions
import Transcription

/// An engine whose work is counted, under the name of its kind.
struct MeasuredTranscriber: Transcriber {
    private let engine: any Transcriber
    private let backend: String
    private let factory: any MetricsFactory
    private let underWay: Meter
    private let duration: Timer
    private let stages: StageMetrics

    /// - Parameter backend: As `TRANSCRIBER` has it.
    init(_ engine: any Transcriber, backend: String, factory: any MetricsFactory) {
        self.engine = engine
        self.backend = backend
        self.factory = factory
        let dimensions = [("backend", backend)]
        underWay = Meter(label: "steno_engine_requests_under_way", dimensions: dimensions, factory: factory)
        underWay.set(0)
        duration = Timer(
            label: "steno_engine_request_duration_seconds",
            dimensions: dimensions,
            preferredDisplayUnit: .seconds,
            factory: factory
        )
        stages = StageMetrics(factory: factory)
    }

    var waiting: Int { engine.waiting }

    func capabilities(model: String?) -> EngineCapabilities { engine.capabilities(model: model) }

    func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        // What is asked ahead is often not answered, and its metrics are those of sessions.
        if request.isAhead { return try await engine.transcribe(request) }
        let arrival = ContinuousClock.now
        var request = request
        let start = EngineStart()
        request.start = start
        underWay.increment()
        defer {
            underWay.decrement()
            record(from: arrival, start.time, to: .now)
        }

        do {
            let transcript = try await engine.transcribe(request)
            count("transcribed")
            return transcript
        } catch {
            count(error.code)
            throw error
        }
    }

    private func record(
        from arrival: ContinuousClock.Instant,
        _ start: ContinuousClock.Instant?,
        to end: ContinuousClock.Instant
    ) {
        duration.record(duration: end - arrival)
        // Where no engine began, all of it was waiting.
        stages.record(.queue, (start ?? end) - arrival)
        if let start { stages.record(.backend, end - start) }
    }

    private func count(_ outcome: String) {
        let dimensions = [("backend", backend), ("outcome", outcome)]
        Counter(label: "steno_engine_requests_total", dimensions: dimensions, factory: factory).increment()
    }
}
