import Logging
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

    /// What has to run for it besides its pool, in the order of starting.
    func services(logger: Logger) -> [any Service] {
        var services: [any Service] = []
        if let fallback { services.append(FallbackService(engine: fallback)) }
        return services + [EngineService(engine: main, logger: logger)]
    }
}

/// Loads the embedded engine behind the servers, which are used meanwhile.
private struct FallbackService: Service {
    let engine: LoadingTranscriber

    func run() async throws {
        await cancelWhenGracefulShutdown { await engine.run() }
        try await gracefulShutdown()
    }
}
