import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a server by HTTP whether it lives.
public enum HealthProbe {
    /// The status of the answer to a GET.
    ///
    /// - Parameters:
    ///   - url: Its path is what is asked for.
    ///   - timeout: For the connection and the answer.
    /// - Throws: `ClientError`.
    public static func status(
        of url: ServerURL,
        access: ServerAccess = ServerAccess(),
        timeout: Duration = .seconds(3)
    ) async throws -> Int {
        let tls = url.usesTLS ? try access.tlsContext : nil
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        do {
            let status = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(TimeAmount(timeout))
                .connect(host: url.host, port: url.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let status = channel.eventLoop.makePromise(of: Int.self)
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try TLSHandler.add(to: channel, context: tls, host: url.host) }
                        try pipeline.addHandler(HandshakeTimeout(deadline: deadline))
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(HealthProbeHandler(url: url, status: status))
                        return status.futureResult
                    }
                }
            return try await status.get()
        } catch {
            throw ClientError(connectingTo: url, timeout: timeout, error: error)
        }
    }
}

/// Sends the request once the channel is active, and closes it with the head of the answer.
private final class HealthProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let url: ServerURL
    private let status: EventLoopPromise<Int>

    init(url: ServerURL, status: EventLoopPromise<Int>) {
        self.url = url
        self.status = status
    }

    func channelActive(context: ChannelHandlerContext) {
        let headers: HTTPHeaders = ["Host": url.authority, "Connection": "close"]
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        status.succeed(Int(head.status.code))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        status.fail(error)
        context.close(promise: nil)
    }

    /// Also where no connection came about; whoever was told something before is not told again.
    func handlerRemoved(context: ChannelHandlerContext) { status.fail(ChannelError.eof) }
}
