import Hummingbird
import HummingbirdCore
import Limits
import Logging
import NIOCore
import ServiceLifecycle
import WebSocketTransport

struct TestContext: UpgradeRequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

struct TestServer {
    typealias Handler = HandlerEndpoint.Handler

    let port: Int
    let services: ServiceGroup

    /// Serves `/health`, `/long`, `/size` and the WebSocket `/ws`; returns once every connection has ended.
    static func run(
        _ configuration: WebSocketConfiguration = .testing,
        budget: MemoryBudget = MemoryBudget(limit: .max),
        limits: HTTPLimits = HTTPLimits(),
        http: HTTPServerBuilder? = nil,
        subprotocol: String? = nil,
        failure: (any Error & Sendable)? = nil,
        handler: @escaping Handler = echo,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let router = Router(context: TestContext.self)
        router.get("health") { _, _ in "ok" }
        router.get("long") { _, _ in String(repeating: "a", count: 1 << 16) }
        router.post("size") { request, _ in
            var size = 0
            for try await chunk in request.body { size += chunk.readableBytes }
            return "\(size)"
        }
        router.get("ws") { request, context in
            let endpoint = HandlerEndpoint(handler)
            return try await Response.webSocket(
                for: request,
                context: context,
                configuration: configuration,
                budget: budget,
                subprotocol: subprotocol,
                endpoint: {
                    if let failure { throw failure }
                    return endpoint
                },
                alongside: { if failure == nil { await endpoint.work() } }
            )
        }
        let (ports, port) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            router: router,
            server: http ?? .http1WithUpgrade(limits: limits),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: logger
        )
        let services = ServiceGroup(configuration: .init(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            var ports = ports.makeAsyncIterator()
            if let port = await ports.next() {
                do {
                    try await body(TestServer(port: port, services: services))
                } catch {
                    await services.triggerGracefulShutdown()
                    throw error
                }
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }
}

extension WebSocketConfiguration {
    /// The defaults with limits that a test can reach.
    static var testing: WebSocketConfiguration {
        var configuration = WebSocketConfiguration()
        configuration.maxMessageSize = 1 << 20
        configuration.maxHeldBytes = 1 << 20
        configuration.closeTimeout = .milliseconds(200)
        return configuration
    }
}

let echo: TestServer.Handler = { inbound, outbound in
    while let message = try await inbound.next() { try await outbound.send(message) }
    return WebSocketClose(.normal)
}
