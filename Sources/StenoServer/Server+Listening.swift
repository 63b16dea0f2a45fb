import HummingbirdCore
import Logging
import NIOCore
import Release
import ServerTLS
import ServiceLifecycle
import Settings
import SpeechDetection
import WebSocketTransport

/// How the server listens, and what it says about that.
extension Server {
    /// The port of operators, where they have one of their own; it answers until everything else has stopped.
    func adminServices(_ admin: AdminPort, _ status: StatusRoutes) throws -> [any Service] {
        guard let port = settings.admin.port else { return [] }

        let service = AdminService(
            host: settings.admin.host,
            port: port,
            admin: admin,
            status: status,
            hosts: try AllowedHosts(listeningOn: settings.admin.host, list: settings.access.hosts),
            server: builder,
            scheme: scheme,
            logger: logger
        )
        return [service]
    }

    private var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.requestTimeout = settings.requestTimeout
        limits.sendTimeout = settings.slowReaderTimeout
        return limits
    }

    var builder: HTTPServerBuilder {
        .http1WithUpgrade(
            limits: limits,
            refusalBody: { ByteBuffer(bytes: APIError($0).json) },
            secure: secure
        )
    }

    /// What adds TLS to a connection, where there is a certificate.
    private var secure: (@Sendable (any Channel, Logger) throws -> Void)? {
        guard let tls else { return nil }
        return { channel, logger in try tls.add(to: channel, logger: logger) }
    }

    private var scheme: String { tls == nil ? "http" : "https" }

    func url(port: Int) -> String { ServerAddress(scheme: scheme, host: settings.host, port: port).url }

    /// One line that says what runs, and where audio goes.
    func announce() {
        logger.notice(
            "Starting",
            metadata: [
                "steno.version": "\(Release.version)",
                "steno.detector": "\(detectors.choice.rawValue)",
                "steno.engine": "\(choice.kind)",
                "steno.engine.model": "\(choice.model)",
                "steno.engine.host": "\(choice.host ?? "this machine")",
            ]
        )
    }

    func warnIfOpen() {
        guard access.keys.isEmpty, !ListeningAddress.isLoopback(settings.host) else { return }
        logger.warning(
            "Everyone who reaches this address may use the server. Set API_KEYS to ask for a key, or HOST=127.0.0.1.",
            metadata: ["steno.host": "\(settings.host)"]
        )
    }
}
