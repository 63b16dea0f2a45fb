import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a server by HTTP, once.
public enum HTTPGet {
    /// What a server says to a GET.
    public struct Answer: Equatable, Sendable {
        public var status: Int
        public var body: [UInt8]
    }

    /// Bytes of a body that are read, at most.
    static let maximumBody = 16 << 20

    /// The answer to a GET.
    ///
    /// - Parameters:
    ///   - url: Its path and query are what is asked for.
    ///   - timeout: For the connection and the head of the answer.
    /// - Throws: `StenoClientError`.
    public static func answer(
        to url: ServerURL,
        access: ServerAccess = ServerAccess(),
        timeout: Duration = .seconds(3)
    ) async throws -> Answer {
        let tls = url.usesTLS ? try access.tlsContext : nil
        let key = try access.checkedKey
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        do {
            let answer = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(TimeAmount(timeout))
                .connect(host: url.host, port: url.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let answer = channel.eventLoop.makePromise(of: Answer.self)
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try TLSHandler.add(to: channel, context: tls, host: url.host) }
                        try pipeline.addHandler(HandshakeTimeout(deadline: deadline))
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(GetHandler(url: url, key: key, answer: answer))
                        return answer.futureResult
                    }
                }
            return try await answer.get()
        } catch {
            throw StenoClientError(connectingTo: url, timeout: timeout, error: error)
        }
    }
}

/// Sends the request once the channel is active, and closes it with the end of the answer.
private final class GetHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let url: ServerURL
    private let key: String?
    private let promise: EventLoopPromise<HTTPGet.Answer>
    private var answer: HTTPGet.Answer?

    init(url: ServerURL, key: String?, answer: EventLoopPromise<HTTPGet.Answer>) {
        self.url = url
        self.key = key
        promise = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers: HTTPHeaders = ["Host": url.authority, "Connection": "close"]
        if let key { headers.add(name: "Authorization", value: "Bearer \(key)") }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): answer = HTTPGet.Answer(status: Int(head.status.code), body: [])
        case .body(let bytes):
            answer?.body += bytes.readableBytesView
            if let count = answer?.body.count, count > HTTPGet.maximumBody { context.close(promise: nil) }
        case .end:
            if let answer { promise.succeed(answer) }
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    /// Also where no connection came about; whoever was told something before is not told again.
    func handlerRemoved(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
