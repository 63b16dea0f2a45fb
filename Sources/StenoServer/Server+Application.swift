import AudioFiles
import Characters
import Dialects
import Foundation
import Hummingbird
import Limits
import Logging
import Sessions
import Settings
import Transcription
import WebSocketTransport

/// What the server answers.
extension Server {
    func application(
        of parts: ServerParts,
        onListening: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        observe(parts)
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let routes = RouteTable()
        let accounts = KeyAccounts(
            limits: { [limits = settings.keyLimits, authenticator = parts.authenticator] name in
                authenticator.keys.limits(of: name, default: limits)
            },
            onRefusal: KeyMetrics(factory: parts.metrics).count
        )
        addMiddleware(to: router, parts, routes: routes, accounts: accounts)
        try addRoutes(to: router, parts, accounts: accounts)
        routes.fill(from: router)
        return Application(
            responder: TaskPerRequest(responder: router.buildResponder()),
            server: builder,
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: "steno"),
            onServerRunning: { [logger, metrics = parts.metrics] channel in
                await OpenFiles.limitConnections(of: channel, registry: metrics, logger: logger)
                guard let address = channel.localAddress, let port = address.port else { return }
                logger.notice("Listening", metadata: ["url": "\(url(port: port))"])
                onListening(port)
            },
            logger: logger
        )
    }

    private func observe(_ parts: ServerParts) {
        let metrics = parts.metrics
        ProcessMetrics.add(to: metrics)
        metrics.observe(log)
        metrics.observe(parts.voice)
        metrics.observe(parts.keeper)
        metrics.observe("steno_sessions_limit", .gauge) { [settings] in Double(settings.maximumSessions) }
        metrics.observe(parts.memory)
        if let spool = parts.spool { metrics.observe(spool) }
        for group in parts.backends { metrics.observe(group) }
    }

    private func addMiddleware(
        to router: Router<ServerContext>,
        _ parts: ServerParts,
        routes: RouteTable,
        accounts: KeyAccounts
    ) {
        router.add(middleware: HeadMiddleware())
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: RequestMetricsMiddleware(factory: parts.metrics))
        router.add(middleware: OriginMiddleware(origins: access.origins, hosts: access.hosts))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: AuthenticationMiddleware(authenticator: parts.authenticator))
        router.add(middleware: TaskLoggerMiddleware())
        router.add(middleware: MethodMiddleware(routes: routes))
        router.add(middleware: RequestSizeMiddleware(accounts: accounts))
    }

    private func addRoutes(to router: Router<ServerContext>, _ parts: ServerParts, accounts: KeyAccounts) throws {
        parts.status.add(to: router)
        if settings.admin.port == nil { parts.admin.add(to: router) }
        try DocumentationRoutes().add(to: router)
        ModelRoutes(models: parts.engines.models(of: choice), created: Int(Date.now.timeIntervalSince1970))
            .add(to: router)
        KeptTranscriptRoutes(spool: parts.spool).add(to: router)

        let metrics = SessionMetrics(factory: parts.metrics)
        let encoder = AudioEncoder(logger: logger)
        let transcriptions = transcriptions(parts, accounts: accounts, metrics: metrics, encoder: encoder)
        transcriptions.add(to: router)
        let speech = WholeSpeech(voice: parts.voice, drain: parts.drain, memory: parts.memory)
        let characterService = CharacterService(
            store: characters,
            keeper: parts.keeper,
            systemPrompt: settings.languageModel.sessionInstructions,
            memory: parts.memory,
            threads: parts.uploadThreads
        )
        characterService.addRoutes(
            to: router,
            voice: parts.voice,
            transcription: transcriptions,
            speech: speech,
            drain: parts.drain
        )
        SpeechRoute(synthesizer: parts.voice.synthesizer, encoder: encoder, drain: parts.drain).add(to: router)
        addCompatibilityRoutes(to: router, parts, transcriptions: transcriptions, speech: speech)

        let host = sessionHost(parts, accounts: accounts, metrics: metrics, characters: characterService)
        let page = ConsoleFile.page(hasLanguageModel: parts.voice.languageModel != nil)
        SocketRoutes(protocols: WireProtocol.all, host: host, page: page, hasMetrics: settings.admin.port == nil)
            .add(to: router)
        ConsoleRoutes().add(to: router)
        let secrets = parts.authenticator.secrets
        ClientSecretRoutes(secrets: secrets, format: RealtimeSessionFormat(settings: session)).add(to: router)
        RealtimeTokenRoute(secrets: secrets).add(to: router)
    }

    private func transcriptions(
        _ parts: ServerParts,
        accounts: KeyAccounts,
        metrics: SessionMetrics,
        encoder: AudioEncoder
    ) -> TranscriptionRoute {
        let files = AudioFileReader(limits: settings.files, memory: parts.memory, logger: logger)
        parts.metrics.observe(files, encoder)
        return TranscriptionRoute(
            settings: session,
            detectors: detectors,
            transcriber: parts.transcriber,
            metrics: metrics,
            drain: parts.drain,
            accounts: accounts,
            upload: Upload(maximum: settings.maximumUploadBytes, memory: parts.memory),
            files: files,
            uploadThreads: parts.uploadThreads,
            fileThreads: parts.fileThreads,
            engineLanguage: choice.language
        )
    }

    /// Routes of other servers that clients know.
    private func addCompatibilityRoutes(
        to router: Router<ServerContext>,
        _ parts: ServerParts,
        transcriptions: TranscriptionRoute,
        speech: WholeSpeech
    ) {
        CompletionRoutes(
            model: parts.voice.languageModel,
            drain: parts.drain,
            memory: parts.memory,
            threads: parts.uploadThreads
        ).add(to: router)
        WatsonRoutes(transcriptions: transcriptions, speech: speech).add(to: router)
        VoicePageRoutes(
            transcriptions: transcriptions,
            speech: speech,
            instructions: session.assistant.instructions
        ).add(to: router)
    }

    private func sessionHost(
        _ parts: ServerParts,
        accounts: KeyAccounts,
        metrics: SessionMetrics,
        characters: CharacterService
    ) -> SessionHost {
        var webSocket = WebSocketConfiguration()
        webSocket.maxMessageSize = settings.maximumMessageBytes
        webSocket.sendTimeout = settings.slowReaderTimeout
        webSocket.pingInterval = settings.pingInterval
        webSocket.pongTimeout = settings.pingTimeout
        return SessionHost(
            settings: session,
            detectors: detectors,
            calls: EngineCalls(parts.transcriber, metrics: metrics, memory: parts.memory),
            spool: parts.spool,
            voice: parts.voice,
            characters: characters,
            metrics: metrics,
            drain: parts.drain,
            accounts: accounts,
            resumable: ResumableSessions(
                window: settings.resumeWindow,
                metrics: ResumeMetrics(factory: parts.metrics)
            ),
            webSocket: webSocket,
            messageThreads: parts.uploadThreads,
            memory: parts.memory
        )
    }
}
