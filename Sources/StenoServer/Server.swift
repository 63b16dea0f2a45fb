import CAllocator
import Characters
import HTTPTransfer
import Limits
public import Logging
import NIOCore
import ServerTLS
import ServiceLifecycle
import Sessions
public import Settings
import SpeechDetection
import Spool
import UnixSignals

/// The whole service: one port, one engine, any number of sessions.
public struct Server: Sendable {
    let settings: ServerSettings
    let logger: Logger
    let log: LogWriter
    private let readValues: @Sendable () throws -> SettingValues
    let access: AccessRules
    let choice: EngineChoice
    let languageModel: LanguageModelChoice
    let synthesis: SynthesizerChoice
    let endOfTurn: EndOfTurnInstallation
    /// `nil` where connections are not encrypted.
    let tls: ServerTLS?
    let detectors: DetectorFactory
    /// `nil` where the database cannot be used.
    let characters: CharacterStore?
    /// `nil` where no utterances are kept.
    let spoolStore: SpoolStore?
    /// What a session starts with.
    let session: SessionSettings

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
        let parts = try await parts(authenticator: authenticator, transport: transport)
        defer {
            characters?.close()
            spoolStore?.close()
            parts.uploadThreads.shutdown()
            parts.fileThreads.shutdown()
        }

        // Reading models took much that nobody needs any more.
        heap_trim()
        let application = try application(of: parts, onListening: onListening)
        let services = try backgroundServices(of: parts) + [reload]
        try await run(
            services + (try adminServices(parts.admin, parts.status)) + [application, parts.drain],
            parts.drain
        )
    }

    /// Runs services until they end, which a signal makes them do in the opposite order.
    private func run(_ services: [any Service], _ drain: SessionDrain) async throws {
        var group = ServiceGroupConfiguration(
            services: services,
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

    /// What goes on beside the requests.
    private func backgroundServices(of parts: ServerParts) throws -> [any Service] {
        var services: [any Service] = parts.backends.map { PoolService(pool: $0.pool) }
        if let characters, let keeper = parts.keeper {
            services += [MemoryService(keeper: keeper), RetentionService(store: characters, logger: logger)]
        }
        services += parts.engines.services(logger: logger)
        if let spool = parts.spool { services.append(SpoolService(spool: spool)) }
        return services
    }
}
