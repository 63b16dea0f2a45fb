import HTTPTypes
import Hummingbird
import InMemoryLogging
import Logging
import NIOCore
import NIOEmbedded
import Synchronization

@testable import StenoServer

/// Puts requests to a router as the server does, without a socket.
struct RouterProbe {
    struct Answer {
        var status: HTTPResponse.Status
        var headers: HTTPFields
        var body: String
    }

    let log = InMemoryLogHandler()
    private let router = Router(context: ServerContext.self)

    /// - Parameters:
    ///   - outermost: What sees the answers last.
    ///   - routes: Adds what comes behind the handling of errors.
    init(outermost: RequestMetricsMiddleware? = nil, _ routes: (Router<ServerContext>) -> Void) {
        if let outermost { router.add(middleware: outermost) }
        router.add(middleware: ErrorMiddleware())
        routes(router)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: HTTPFields = [:],
        body: String = ""
    ) async throws -> Answer {
        let log = log
        let channel = NIOAsyncTestingChannel()
        let source = ApplicationRequestContextSource(
            channel: channel,
            logger: Logger(label: "test") { _ in log }
        )
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let response = try await router.buildResponder().respond(to: request, context: ServerContext(source: source))
        let collector = BodyCollector()
        try await response.body.write(collector)
        _ = try await channel.finish()
        return Answer(status: response.status, headers: response.headers, body: collector.text)
    }
}

private final class BodyCollector: ResponseBodyWriter {
    private let buffer = Mutex(ByteBuffer())

    var text: String { buffer.withLock { String(buffer: $0) } }

    func write(_ part: ByteBuffer) async throws { buffer.withLock { _ = $0.writeImmutableBuffer(part) } }
    func finish(_ trailers: HTTPFields?) async throws {}
}
