import AudioFiles
public import Configuration
import Dialects
import Foundation
import HTTPTransfer
import Hummingbird
import Limits
public import Logging
import NIOCore
import Release
import ServiceLifecycle
import Sessions
import Transcription
import UnixSignals
import WebSocketTransport

/// The whole service: one port, one engine, any number of sessions.
public struct Server: Sendable {
    private let settings: ServerSettings
    private let logger: Logger
    private let log: LogWriter
    private let readConfig: @Sendable () async throws -> ConfigReader

    /// - Parameters:
    ///   - log: What the logger writes to, so that metrics tell what it drops.
    ///   - readConfig: What the settings were read from, as it is now; for SIGHUP.
    public init(
        settings: ServerSettings,
        logger: Logger,
        log: LogWriter,
        readConfig: @escaping @Sendable () async throws -> ConfigReader
    ) {
        self.settings = settings
        self.logger = logger
        self.log = log
        self.readConfig = readConfig
    }

    /// Serves until SIGTERM or SIGINT, then finishes open utterances, closes every socket with 1001, and returns.
    ///
    /// - Parameter onListening: Called once the port is open, with its number.
    /// - Throws: `ServerError` when the port cannot be opened.
    public func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        warnIfOpen()
        announce()
        OpenFiles.raiseLimit(sessions: settings.maximumSessions, logger: logger)
        let authenticator = Authenticator(keys: settings.apiKeys, secrets: ClientSecrets())
        let reload = try await ReloadService(authenticator: authenticator, readConfig: readConfig, logger: logger)
        let transport = try HTTPTransport()
        defer { transport.shutdown() }
        let engine = EngineFactory(settings: settings.engine, transport: transport, logger: logger).make()
        let detectors = DetectorFactory(settings: settings.detector)
        detectors.warnOfFallback(to: logger)
        let drain = SessionDrain(maximum: settings.maximumSessions, grace: settings.shutdownTimeout, logger: logger)
        let (uploadThreads, fileThreads) = (WorkThreads(count: 2), WorkThreads(count: settings.files.decoders))
        defer {
            uploadThreads.shutdown()
            fileThreads.shutdown()
        }
        let application = try application(
            engine,
            detectors,
            drain,
            authenticator,
            uploadThreads: uploadThreads,
            fileThreads: fileThreads,
            onListening: onListening
        )
        var group = ServiceGroupConfiguration(
            services: [EngineService(engine: engine, logger: logger), reload, application, drain],
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
            throw ServerError(error, host: settings.host, port: settings.port)
        } catch is SocketAddressError.UnknownHost {
            let reason = "the name has no address"
            throw ServerError.cannotListen(host: settings.host, port: settings.port, reason: reason)
        }
    }

    private func application(
        _ engine: LoadingTranscriber,
        _ detectors: DetectorFactory,
        _ drain: SessionDrain,
        _ authenticator: Authenticator,
        uploadThreads: WorkThreads,
        fileThreads: WorkThreads,
        onListening: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        let registry = PrometheusRegistry()
        ProcessMetrics.add(to: registry)
        registry.observe("steno_log_lines_dropped_total", .counter) { [log] in Double(log.dropped) }
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let routes = RouteTable()
        let memory = MemoryBudget(limit: settings.maximumMemoryBytes)
        registry.observe(memory)
        router.add(middleware: HeadMiddleware())
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: RequestMetricsMiddleware(factory: registry))
        router.add(middleware: OriginMiddleware(origins: settings.allowedOrigins, hosts: settings.allowedHosts))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: AuthenticationMiddleware(authenticator: authenticator))
        router.add(middleware: MethodMiddleware(routes: routes))
        StatusRoutes(
            engine: engine,
            drain: drain,
            metrics: registry,
            metricsAccess: MetricsAccess(key: settings.metricsKey)
        ).add(to: router)
        try DocumentationRoutes().add(to: router)
        ModelRoutes(model: settings.engine.engine.model, created: Int(Date.now.timeIntervalSince1970)).add(to: router)
        let metrics = SessionMetrics(factory: registry)
        let backend = settings.engine.engine.kind
        registry.observe("steno_engine_waiting", .gauge, dimensions: [("backend", backend)]) { Double(engine.waiting) }
        let measured = MeasuredTranscriber(engine, backend: backend, factory: registry)
        let transcriber = DeadlineTranscriber(
            PiecewiseTranscriber(GuardedTranscriber(measured, mode: settings.guardMode, logger: logger)),
            limit: settings.engine.deadline,
            logger: logger
        )
        TranscriptionRoute(
            settings: settings.session,
            detectors: detectors,
            transcriber: transcriber,
            metrics: metrics,
            drain: drain,
            upload: Upload(maximum: settings.maximumUploadBytes, memory: memory),
            files: AudioFileReader(limits: settings.files, memory: memory, logger: logger),
            uploadThreads: uploadThreads,
            fileThreads: fileThreads,
            engineLanguage: settings.engine.engine.language
        ).add(to: router)
        var webSocket = WebSocketConfiguration()
        webSocket.maxMessageSize = settings.maximumMessageBytes
        webSocket.sendTimeout = settings.slowReaderTimeout
        webSocket.pingInterval = settings.pingInterval
        webSocket.pongTimeout = settings.pingTimeout
        let host = SessionHost(
            settings: settings.session,
            detectors: detectors,
            calls: EngineCalls(transcriber, metrics: metrics, memory: memory),
            metrics: metrics,
            drain: drain,
            webSocket: webSocket,
            messageThreads: uploadThreads,
            memory: memory
        )
        SocketRoutes(protocols: WireProtocol.all, host: host).add(to: router)
        let format = RealtimeSessionFormat(settings: settings.session)
        ClientSecretRoutes(secrets: authenticator.secrets, format: format).add(to: router)
        routes.fill(from: router)
        return Application(
            router: router,
            server: .http1WithUpgrade(limits: limits) { ByteBuffer(bytes: APIError($0).json) },
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: "steno"),
            onServerRunning: { channel in
                await OpenFiles.limitConnections(of: channel, registry: registry, logger: logger)
                guard let address = channel.localAddress, let port = address.port else { return }
                logger.notice("Listening", metadata: ["url": "\(Self.url(host: settings.host, port: port))"])
                onListening(port)
            },
            logger: logger
        )
    }

    private var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.requestTimeout = settings.requestTimeout
        limits.sendTimeout = settings.slowReaderTimeout
        return limits
    }

    /// One line that says what runs, and where audio goes.
    private func announce() {
        logger.notice(
            "Starting",
            metadata: [
                "steno.version": "\(Release.version)",
                "steno.detector": "\(settings.detector.name)",
                "steno.engine": "\(settings.engine.engine.kind)",
                "steno.engine.model": "\(settings.engine.engine.model)",
                "steno.engine.host": "\(settings.engine.engine.host ?? "this machine")",
            ]
        )
    }

    private func warnIfOpen() {
        guard settings.apiKeys.isEmpty, !ListeningAddress.isLoopback(settings.host) else { return }
        logger.warning(
            "Everyone who reaches this address may use the server. Set API_KEYS to ask for a key, or HOST=127.0.0.1.",
            metadata: ["steno.host": "\(settings.host)"]
        )
    }

    private static func url(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
}

/// Why the server could not start.
public enum ServerError: Error, Equatable, CustomStringConvertible {
    case portInUse(Int)
    case cannotListen(host: String, port: Int, reason: String)

    init(_ error: IOError, host: String, port: Int) {
        self =
            error.errnoCode == EADDRINUSE
            ? .portInUse(port)
            : .cannotListen(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
    }

    public var description: String {
        switch self {
        case .portInUse(let port): "Port \(port) is in use. Stop the program that has it, or set PORT to another."
        case .cannotListen(let host, let port, let reason):
            "Cannot listen on \(host), port \(port): \(reason). Set HOST and PORT to an address of this machine."
        }
    }
}
