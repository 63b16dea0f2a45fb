import Logging
import ServiceLifecycle
import Transcription

/// Loads the engine while the port is open already, and keeps it until the server stops.
struct EngineService: Service {
    let engine: LoadingTranscriber
    let logger: Logger

    func run() async throws {
        let start = ContinuousClock.now
        // A stop does not wait for a model that is still being read.
        await cancelWhenGracefulShutdown { await engine.run() }
        if engine.state == .ready {
            logger.notice("Ready", metadata: ["steno.engine.load_time": "\(ContinuousClock.now - start)"])
        }
        try await gracefulShutdown()
    }
}
