import Backends
import CoreMetrics
import Limits
import Logging
import Metrics
import ServiceLifecycle
import Settings
import Spool
import Transcription

/// Opens the spool, where there is to be one.
struct SpoolFactory {
    let settings: SpoolSettings

    /// - Throws: `SettingsError` when the folder cannot be used.
    func open() throws(SettingsError) -> SpoolStore? {
        guard let folder = settings.directory else { return nil }
        do throws(SpoolError) {
            return try SpoolStore(folder: folder)
        } catch {
            throw SettingsError(\.spool.directory, problem: "cannot be used: \(error)")
        }
    }

    /// - Parameter grace: How long transcripts are kept of a session whose client has them all.
    func spool(
        _ store: SpoolStore,
        _ transcriber: any Transcriber,
        _ engines: Engines,
        grace: Duration,
        memory: MemoryBudget,
        metrics: any MetricsFactory,
        logger: Logger
    ) -> Spool {
        let rules = Spool.Rules(
            maximumSize: settings.maximumBytes,
            maximumAge: settings.maximumAge,
            patience: settings.patience,
            grace: grace
        )
        return Spool(
            store,
            rules: rules,
            engine: transcriber,
            memory: memory,
            logger: logger,
            onEvent: { event in
                let dimensions = [("event", event.rawValue)]
                Counter(label: "steno_spool_utterances_total", dimensions: dimensions, factory: metrics).increment()
            },
            isWell: { engines.isWell }
        )
    }
}

extension Engines {
    /// Whether an engine is known to be well, or will be there soon.
    fileprivate var isWell: Bool {
        if case .failed = main.state { return false }
        guard let report = pool?.report else { return true }
        return report.contains(where: \.isWell)
    }
}

/// Replays what waits in the spool until the server stops.
struct SpoolService: Service {
    let spool: Spool

    func run() async throws { await cancelWhenGracefulShutdown { await spool.run() } }
}

extension PrometheusRegistry {
    /// Tells how full the spool is.
    func observe(_ spool: Spool) {
        observe("steno_spool_waiting", .gauge) { Double(spool.waiting) }
        observe("steno_spool_bytes", .gauge) { Double(spool.size) }
        observe("steno_spool_oldest_timestamp_seconds", .gauge) { Double(spool.oldest ?? 0) / 1_000 }
    }
}
