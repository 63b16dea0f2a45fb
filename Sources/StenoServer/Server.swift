import AudioFiles
import Characters
import Chat
import Dialects
import Foundation
import HTTPTransfer
import Hummingbird
import Limits
public import Logging
import NIOCore
import ServerTLS
import ServiceLifecycle
import Sessions
public import Settings
import SpeechDetection
import SpeechSynthesis
import Spool
import Transcription
import UnixSignals
import WebSocketTransport

/// The whole service: one port, one engine, any number of sessions.
public struct Server: Sendable {
    let settings: ServerSettings
    let logger: Logger
    private let log: LogWriter
    private let readValues: @Sendable () throws -> SettingValues
    let access: AccessRules
    let choice: EngineChoice
    private let languageModel: LanguageModelChoice
    private let synthesis: SynthesizerChoice
    private let endOfTurn: EndOfTurnInstallation
    /// `nil` where connections are not encrypted.
    let tls: ServerTLS?
    let detectors: DetectorFactory
    /// `nil` where the database cannot be used.
    private let characters: CharacterStore?
    /// `nil` where no utterances are kept.
    private let spoolStore: SpoolStore?
    /// What a session starts with.
    private let session: SessionSettings

    /// Looks for what the settings name, and loads the detector's model.
    ///
    /// - Parameters:
    ///   - log: What the logger writes to, so that metrics tell what it drops.
    ///   - readValues: What the settings were read from, as it is now; for SIGHUP.
    /// - Throws: `SettingsError` when something that a setting names cannot be used.
    public init(
        settings: ServerSettings,
        logger: Logger,
        log: LogWriter,
        readValues: @escaping @Sendable () throws -> SettingValues
    ) throws(SettingsError) {
        access = try AccessRules(settings: settings)
        tls = try TLSFactory.make(settings: settings)
        choice = try EngineChoice(settings: settings)
        languageModel = try LanguageModelChoice(settings: settings)
        synthesis = try SynthesizerChoice(settings: settings)
        detectors = try DetectorFactory(settings: settings.detector)
        endOfTurn = try EndOfTurnInstallation(settings: settings)
        characters = try CharacterStoreFactory(settings: settings.storage, logger: logger).open()
        spoolStore = try SpoolFactory(settings: settings.spool).open()
        var session = settings.session(turnDetection: detectors.turnDetection)
        session.endOfTurnThreshold = endOfTurn.hasModel ? endOfTurn.threshold : nil
        self.session = session
        self.settings = settings
        self.logger = logger
        self.log = log
        self.readValues = readValues
    }

    /// Serves until SIGTERM or SIGINT, then finishes open utterances, closes every socket with 1001, and returns.
    ///
    /// - Parameter onListening: Called once the port is open, with its number.
    /// - Throws: `ServerError` when the port cannot be opened.
    public func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        warnIfOpen()
        announce()
        if let tls { TLSExpiry(tls).warn(logger: logger) }
        OpenFiles.raiseLimit(sessions: settings.maximumSessions, logger: logger)
        let authenticator = Authenticator(keys: access.keys, secrets: ClientSecrets())
        let reload = try await ReloadService(
            authenticator: authenticator,
            tls: tls,
            readValues: readValues,
            logger: logger
        )
        let transport = try HTTPTransport()
        defer { transport.shutdown() }
        let registry = PrometheusRegistry()
        let engines = try EngineFactory(
            choice: choice,
            loadTimeout: settings.engine.loadTimeout,
            deadline: settings.engine.deadline,
            hedges: settings.engine.hedges,
            transport: transport,
            metrics: registry,
            logger: logger
        ).make()
        detectors.warnOfFallback(to: logger)
        let voice = VoiceEngines(
            languageModel: try LanguageModelFactory(
                choice: languageModel,
                transport: transport,
                metrics: registry,
                logger: logger
            ).make(),
            synthesizer: try await SynthesizerFactory(
                choice: synthesis,
                transport: transport,
                metrics: registry,
                logger: logger
            ).make(),
            endOfTurn: await loadEndOfTurn(),
            stages: StageMetrics(factory: registry)
        )
        let backends = engines.backends + voice.backends
        let drain = SessionDrain(maximum: settings.maximumSessions, grace: settings.shutdownTimeout, logger: logger)
        let (uploadThreads, fileThreads) = (WorkThreads(count: 2), WorkThreads(count: settings.files.decoders))
        defer {
            characters?.close()
            spoolStore?.close()
            uploadThreads.shutdown()
            fileThreads.shutdown()
        }
        let keeper = characters.map { [logger] store in
            // An echo of a talk is no summary of it.
            let model = voice.languageModel is EchoModel ? nil : voice.languageModel
            return MemoryKeeper(store: store, model: model) { $0.log(to: logger) }
        }
        let admin = AdminPort(
            metrics: registry,
            backends: backends,
            access: MetricsAccess(key: settings.access.metricsKey?.text)
        )
        let memory = MemoryBudget(limit: settings.maximumMemoryBytes ?? MachineMemory.size / 4)
        let transcriber = transcriber(engines, registry)
        let spool = spoolStore.map { store in
            SpoolFactory(settings: settings.spool).spool(
                store,
                transcriber,
                engines,
                grace: settings.resumeWindow,
                memory: memory,
                metrics: registry,
                logger: logger
            )
        }
        let status = StatusRoutes(engines: engines, others: voice.backends, drain: drain, spool: spool)
        let application = try application(
            engines,
            transcriber,
            spool,
            voice,
            keeper,
            drain,
            authenticator,
            registry,
            memory,
            admin,
            status,
            uploadThreads: uploadThreads,
            fileThreads: fileThreads,
            onListening: onListening
        )
        var group = ServiceGroupConfiguration(
            services: backends.map { PoolService(pool: $0.pool) } + characterServices(keeper)
                + engines.services(logger: logger) + spoolServices(spool) + [reload]
                + (try adminServices(admin, status)) + [application, drain],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // What is left after the drain is closing handshakes; `docker stop` leaves them a second.
        group.maximumGracefulShutdownDuration = settings.shutdownTimeout + .milliseconds(1_500)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError where drain.isDraining {
            logger.warning("Stopped before every connection had closed")
        } catch let error as IOError {
            throw ServerError(error, host: settings.host, port: settings.port, setting: .main)
        } catch is SocketAddressError.UnknownHost {
            let (host, port) = (settings.host, settings.port)
            throw ServerError.cannotListen(host: host, port: port, reason: ServerError.noAddress, setting: .main)
        }
    }

    /// What goes on in the background for characters.
    private func characterServices(_ keeper: MemoryKeeper?) -> [any Service] {
        guard let characters, let keeper else { return [] }
        return [MemoryService(keeper: keeper), RetentionService(store: characters, logger: logger)]
    }

    private func spoolServices(_ spool: Spool?) -> [any Service] { spool.map { [SpoolService(spool: $0)] } ?? [] }

    /// The engine as everything asks it: counted, guarded, in pieces, and with a deadline.
    private func transcriber(_ engines: Engines, _ registry: PrometheusRegistry) -> DeadlineTranscriber {
        let (engine, backend) = (engines.main, choice.kind)
        registry.observe("steno_engine_waiting", .gauge, dimensions: [("backend", backend)]) { Double(engine.waiting) }
        let measured = MeasuredTranscriber(engine, backend: backend, factory: registry)
        return DeadlineTranscriber(
            PiecewiseTranscriber(GuardedTranscriber(measured, mode: settings.guardMode, logger: logger)),
            limit: settings.engine.deadline,
            logger: logger
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

    private func application(
        _ engines: Engines,
        _ transcriber: DeadlineTranscriber,
        _ spool: Spool?,
        _ voice: VoiceEngines,
        _ keeper: MemoryKeeper?,
        _ drain: SessionDrain,
        _ authenticator: Authenticator,
        _ registry: PrometheusRegistry,
        _ memory: MemoryBudget,
        _ admin: AdminPort,
        _ status: StatusRoutes,
        uploadThreads: WorkThreads,
        fileThreads: WorkThreads,
        onListening: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        ProcessMetrics.add(to: registry)
        registry.observe(log)
        registry.observe(voice)
        registry.observe(keeper)
        registry.observe("steno_sessions_limit", .gauge) { [settings] in Double(settings.maximumSessions) }
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let routes = RouteTable()
        registry.observe(memory)
        if let spool { registry.observe(spool) }
        let accounts = KeyAccounts(
            limits: { [limits = settings.keyLimits] in authenticator.keys.limits(of: $0, default: limits) },
            onRefusal: KeyMetrics(factory: registry).count
        )
        router.add(middleware: HeadMiddleware())
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: RequestMetricsMiddleware(factory: registry))
        router.add(middleware: OriginMiddleware(origins: access.origins, hosts: access.hosts))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: AuthenticationMiddleware(authenticator: authenticator))
        router.add(middleware: MethodMiddleware(routes: routes))
        router.add(middleware: RequestSizeMiddleware(accounts: accounts))
        status.add(to: router)
        if settings.admin.port == nil { admin.add(to: router) }
        for group in admin.backends { registry.observe(group) }
        try DocumentationRoutes().add(to: router)
        ModelRoutes(models: engines.models(of: choice), created: Int(Date.now.timeIntervalSince1970)).add(to: router)
        KeptTranscriptRoutes(spool: spool).add(to: router)
        let metrics = SessionMetrics(factory: registry)
        let files = AudioFileReader(limits: settings.files, memory: memory, logger: logger)
        let encoder = AudioEncoder(logger: logger)
        registry.observe(files, encoder)
        let transcriptions = TranscriptionRoute(
            settings: session,
            detectors: detectors,
            transcriber: transcriber,
            metrics: metrics,
            drain: drain,
            accounts: accounts,
            upload: Upload(maximum: settings.maximumUploadBytes, memory: memory),
            files: files,
            uploadThreads: uploadThreads,
            fileThreads: fileThreads,
            engineLanguage: choice.language
        )
        transcriptions.add(to: router)
        let wholeSpeech = WholeSpeech(voice: voice, drain: drain, memory: memory)
        let characterService = CharacterService(
            store: characters,
            keeper: keeper,
            systemPrompt: settings.languageModel.sessionInstructions,
            memory: memory,
            threads: uploadThreads
        )
        characterService.addRoutes(
            to: router,
            voice: voice,
            transcription: transcriptions,
            speech: wholeSpeech,
            drain: drain
        )
        SpeechRoute(synthesizer: voice.synthesizer, encoder: encoder, drain: drain).add(to: router)
        CompletionRoutes(model: voice.languageModel, drain: drain, memory: memory, threads: uploadThreads)
            .add(to: router)
        WatsonRoutes(transcriptions: transcriptions, speech: wholeSpeech).add(to: router)
        VoicePageRoutes(
            transcriptions: transcriptions,
            speech: wholeSpeech,
            instructions: session.assistant.instructions
        ).add(to: router)
        var webSocket = WebSocketConfiguration()
        webSocket.maxMessageSize = settings.maximumMessageBytes
        webSocket.sendTimeout = settings.slowReaderTimeout
        webSocket.pingInterval = settings.pingInterval
        webSocket.pongTimeout = settings.pingTimeout
        let host = SessionHost(
            settings: session,
            detectors: detectors,
            calls: EngineCalls(transcriber, metrics: metrics, memory: memory),
            spool: spool,
            voice: voice,
            characters: characterService,
            metrics: metrics,
            drain: drain,
            accounts: accounts,
            resumable: ResumableSessions(window: settings.resumeWindow, metrics: ResumeMetrics(factory: registry)),
            webSocket: webSocket,
            messageThreads: uploadThreads,
            memory: memory
        )
        let page = ConsoleFile.page(hasLanguageModel: voice.languageModel != nil)
        SocketRoutes(protocols: WireProtocol.all, host: host, page: page, hasMetrics: settings.admin.port == nil)
            .add(to: router)
        ConsoleRoutes().add(to: router)
        let format = RealtimeSessionFormat(settings: session)
        ClientSecretRoutes(secrets: authenticator.secrets, format: format).add(to: router)
        RealtimeTokenRoute(secrets: authenticator.secrets).add(to: router)
        routes.fill(from: router)
        return Application(
            router: router,
            server: builder,
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: "steno"),
            onServerRunning: { channel in
                await OpenFiles.limitConnections(of: channel, registry: registry, logger: logger)
                guard let address = channel.localAddress, let port = address.port else { return }
                logger.notice("Listening", metadata: ["url": "\(url(port: port))"])
                onListening(port)
            },
            logger: logger
        )
    }
}
