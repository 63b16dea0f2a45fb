import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import WebSocketTransport

/// The port of operators: health, readiness, metrics and `/admin`, and nothing that takes audio or text.
struct AdminService: Service, CustomStringConvertible {
    let host: String
    let port: Int
    let admin: AdminPort
    let status: StatusRoutes
    let hosts: AllowedHosts
    let server: HTTPServerBuilder
    /// The scheme of its address.
    let scheme: String
    let logger: Logger

    var description: String { "AdminService" }

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw ServerError(error, host: host, port: port, setting: .admin)
        } catch is SocketAddressError.UnknownHost {
            throw ServerError.cannotListen(host: host, port: port, reason: ServerError.noAddress, setting: .admin)
        }
    }

    private var application: some ApplicationProtocol {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let routes = RouteTable()
        router.add(middleware: HeadMiddleware())
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: OriginMiddleware(origins: AllowedOrigins(), hosts: hosts))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: MethodMiddleware(routes: routes))
        status.add(to: router)
        admin.add(to: router)
        routes.fill(from: router)
        return Application(
            router: router,
            server: server,
            configuration: .init(address: .hostname(host, port: port), serverName: "steno"),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                let url = ServerAddress(scheme: scheme, host: host, port: port).url
                logger.notice("Listening for operators", metadata: ["steno.admin.url": "\(url)"])
            },
            logger: logger
        )
    }
}
