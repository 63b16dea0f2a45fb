import AudioFiles
import Characters
import Chat
import HTTPTransfer
import Limits
import Logging
import Sessions
import Settings
import SpeechDetection
import Spool
import Transcription

/// What one run of a server is made of; routes and services share it.
struct ServerParts: Sendable {
    let authenticator: Authenticator
    let metrics: PrometheusRegistry
    let engines: Engines
    /// The engine as everything asks it: counted, guarded, in pieces, and with a deadline.
    let transcriber: DeadlineTranscriber
    let voice: VoiceEngines
    /// `nil` where no utterances are kept.
    let spool: Spool?
    /// `nil` where there is no database.
    let keeper: MemoryKeeper?
    let drain: SessionDrain
    /// What audio and messages of all requests may take.
    let memory: MemoryBudget
    let admin: AdminPort
    let status: StatusRoutes
    /// For work on uploads and long messages, which would hold an event loop up.
    let uploadThreads: WorkThreads
    /// For reading and writing the files of uploads.
    let fileThreads: WorkThreads

    /// Whatever tells how its backends are.
    var backends: [BackendGroup] { engines.backends + voice.backends }
}

extension Server {
    /// Makes the engines, and loads those that are needed at once.
    func parts(authenticator: Authenticator, transport: HTTPTransport) async throws -> ServerParts {
        let metrics = PrometheusRegistry()
        let engines = try EngineFactory(
            choice: choice,
            loadTimeout: settings.engine.loadTimeout,
            deadline: settings.engine.deadline,
            hedges: settings.engine.hedges,
            transport: transport,
            metrics: metrics,
            logger: logger
        ).make()
        detectors.warnOfFallback(to: logger)
        let voice = try await voice(transport, metrics: metrics)
        let drain = SessionDrain(maximum: settings.maximumSessions, grace: settings.shutdownTimeout, logger: logger)
        let memory = MemoryBudget(limit: settings.maximumMemoryBytes ?? MachineMemory.size / 4)
        let transcriber = transcriber(engines, metrics: metrics)
        let spool = spoolStore.map { store in
            SpoolFactory(settings: settings.spool).spool(
                store,
                transcriber,
                engines,
                grace: settings.resumeWindow,
                memory: memory,
                metrics: metrics,
                logger: logger
            )
        }
        return ServerParts(
            authenticator: authenticator,
            metrics: metrics,
            engines: engines,
            transcriber: transcriber,
            voice: voice,
            spool: spool,
            keeper: keeper(asking: voice),
            drain: drain,
            memory: memory,
            admin: AdminPort(
                metrics: metrics,
                backends: engines.backends + voice.backends,
                access: MetricsAccess(key: settings.access.metricsKey?.text)
            ),
            status: StatusRoutes(engines: engines, others: voice.backends, drain: drain, spool: spool),
            uploadThreads: WorkThreads(count: 2),
            fileThreads: WorkThreads(count: settings.files.decoders)
        )
    }

    private func voice(_ transport: HTTPTransport, metrics: PrometheusRegistry) async throws -> VoiceEngines {
        VoiceEngines(
            languageModel: try LanguageModelFactory(
                choice: languageModel,
                transport: transport,
                metrics: metrics,
                logger: logger
            ).make(),
            synthesizer: try await SynthesizerFactory(
                choice: synthesis,
                transport: transport,
                metrics: metrics,
                logger: logger
            ).make(),
            endOfTurn: await loadEndOfTurn(),
            stages: StageMetrics(factory: metrics)
        )
    }

    private func keeper(asking voice: VoiceEngines) -> MemoryKeeper? {
        characters.map { [logger] store in
            // An echo of a talk is no summary of it.
            let model = voice.languageModel is EchoModel ? nil : voice.languageModel
            return MemoryKeeper(store: store, model: model) { $0.log(to: logger) }
        }
    }

    private func transcriber(_ engines: Engines, metrics: PrometheusRegistry) -> DeadlineTranscriber {
        let (engine, backend) = (engines.main, choice.kind)
        metrics.observe("steno_engine_waiting", .gauge, dimensions: [("backend", backend)]) { Double(engine.waiting) }
        let measured = MeasuredTranscriber(engine, backend: backend, factory: metrics)
        return DeadlineTranscriber(
            PiecewiseTranscriber(GuardedTranscriber(measured, mode: settings.guardMode)),
            limit: settings.engine.deadline
        )
    }

    /// Smart Turn, where it is there; without it silence ends a turn.
    private func loadEndOfTurn() async -> SmartTurn? {
        if let reason = endOfTurn.fallbackReason {
            let message = "A silence ends every turn. ./entrypoint.sh setup fetches the model that judges turns."
            logger.notice("\(message)", metadata: ["steno.turn.reason": "\(reason)"])
        }
        do throws(SmartTurnError) {
            return try await endOfTurn.load()
        } catch {
            logger.error("The end-of-turn model cannot be used, silence ends a turn", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
