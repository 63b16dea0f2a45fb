import AudioFiles
import Foundation
import HTTPTransfer
import Hummingbird
import Limits
public import Logging
import NIOCore
import ServiceLifecycle
import Sessions
import Transcription
import UnixSignals
import WebSocketTransport

/// The whole service: one port, one engine, any number of sessions.
public struct Server: Sendable {
    private let settings: ServerSettings
    private let logger: Logger

    public init(settings: ServerSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, then finishes open utterances, closes every socket with 1001, and returns.
    ///
    /// - Parameter onListening: Called once the port is open, with its number.
    /// - Throws: `ServerError` when the port cannot be opened.
    public func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        warnIfOpen()
        let transport = try HTTPTransport()
        defer { transport.shutdown() }
        let engine = EngineFactory(settings: settings.engine, transport: transport, logger: logger).make()
        let detectors = DetectorFactory(settings: settings.detector)
        detectors.warnOfFallback(to: logger)
        let drain = SessionDrain(maximum: settings.maximumSessions, grace: settings.shutdownTimeout, logger: logger)
        let application = try application(engine, detectors, drain, onListening: onListening)
        var group = ServiceGroupConfiguration(
            services: [EngineService(engine: engine, logger: logger), application, drain],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // What is left after the drain is closing handshakes; they get a few seconds.
        group.maximumGracefulShutdownDuration = settings.shutdownTimeout + .seconds(10)
        do {
            try await ServiceGroup(configuration: group).run()
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
        onListening: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        let registry = PrometheusRegistry()
        let router = Router(context: ServerContext.self)
        let secrets = ClientSecrets()
        let authenticator = Authenticator(keys: settings.apiKeys, secrets: secrets)
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: AuthenticationMiddleware(authenticator: authenticator, factory: registry))
        StatusRoutes(engine: engine, drain: drain, metrics: registry).add(to: router)
        try DocumentationRoutes().add(to: router)
        ModelRoutes(model: settings.engine.engine.model, created: Int(Date.now.timeIntervalSince1970)).add(to: router)
        let metrics = SessionMetrics(factory: registry)
        let transcriber = GuardedTranscriber(engine, mode: settings.guardMode, logger: logger)
        TranscriptionRoute(
            settings: settings.session,
            detectors: detectors,
            transcriber: transcriber,
            metrics: metrics,
            drain: drain,
            upload: Upload(maximum: settings.maximumUploadBytes),
            files: AudioFileReader(logger: logger),
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
            transcriber: transcriber,
            metrics: metrics,
            drain: drain,
            webSocket: webSocket,
            memory: MemoryBudget(limit: settings.maximumMemoryBytes)
        )
        CompactRoute(host: host).add(to: router)
        let realtime = RealtimeRoute(host: host)
        realtime.add(to: router)
        ClientSecretRoutes(secrets: secrets, format: realtime.sessionFormat).add(to: router)
        return Application(
            router: router,
            server: .http1WithUpgrade(),
            configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: "steno"),
            onServerRunning: { channel in
                guard let address = channel.localAddress, let port = address.port else { return }
                logger.notice("Listening", metadata: ["url": "\(Self.url(host: settings.host, port: port))"])
                onListening(port)
            },
            logger: logger
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
