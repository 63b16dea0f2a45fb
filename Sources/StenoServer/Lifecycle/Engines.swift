import Backends
import CoreMetrics
import Logging
import Metrics
import ServiceLifecycle
import Settings
import Transcription

/// The engine that serves, with what runs beside it.
struct Engines: Sendable {
    let main: LoadingTranscriber
    /// The pool that `main` is, where servers transcribe.
    var pool: PooledTranscriber?
    /// The embedded engine for when none of them can.
    var fallback: LoadingTranscriber?

    /// Every model that it may transcribe with, the first choice first.
    func models(of choice: EngineChoice) -> [String] { pool?.models ?? [choice.model] }

    /// What has to run for it, in the order of starting.
    func services(logger: Logger) -> [any Service] {
        var services: [any Service] = []
        if let pool { services.append(PoolService(pool: pool)) }
        if let fallback { services.append(FallbackService(engine: fallback)) }
        return services + [EngineService(engine: main, logger: logger)]
    }
}

/// Keeps the pool at work until everything that asks it has stopped.
private struct PoolService: Service {
    let pool: PooledTranscriber

    func run() async throws { await cancelWhenGracefulShutdown { await pool.run() } }
}

/// Loads the embedded engine behind the servers, which are used meanwhile.
private struct FallbackService: Service {
    let engine: LoadingTranscriber

    func run() async throws {
        await cancelWhenGracefulShutdown { await engine.run() }
        try await gracefulShutdown()
    }
}

/// Counts what became of each backend's requests.
struct BackendMetrics: Sendable {
    let names: [String]
    let factory: any MetricsFactory

    func count(_ member: Int, _ outcome: String, _ time: Duration) {
        let backend = ("backend", names[member])
        Counter(label: "steno_backend_requests_total", dimensions: [backend, ("outcome", outcome)], factory: factory)
            .increment()
        Timer(
            label: "steno_backend_request_duration_seconds",
            dimensions: [backend],
            preferredDisplayUnit: .seconds,
            factory: factory
        ).record(duration: time)
    }
}

extension PrometheusRegistry {
    /// Lists how the members of a pool are.
    func observe(_ pool: PooledTranscriber) {
        observe("steno_backend_queue_length", .gauge) { Double(pool.waiting) }
        for (index, member) in pool.report.enumerated() {
            let name = ("backend", member.terms.name)
            func add(
                _ metric: String,
                _ kind: Kind,
                _ value: @escaping @Sendable (BackendPool.Report) -> Int
            ) {
                observe(metric, kind, dimensions: [name]) { Double(value(pool.report[index])) }
            }
            for state in Breaker.State.allCases {
                observe("steno_backend_state", .gauge, dimensions: [name, ("state", state.rawValue)]) {
                    pool.report[index].state == state ? 1 : 0
                }
            }
            add("steno_backend_in_flight", .gauge) { $0.inFlight }
            add("steno_backend_limit", .gauge) { $0.limit }
            add("steno_backend_retries_total", .counter) { $0.tally.retries }
            add("steno_backend_hedges_total", .counter) { $0.tally.hedges }
            add("steno_backend_probes_total", .counter) { $0.tally.probes }
            add("steno_backend_ejections_total", .counter) { $0.tally.ejections }
        }
    }
}
