import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Release

/// The opening handshake on a new channel (RFC 6455 section 4.1).
struct ClientHandshake: Sendable {
    enum Outcome: Sendable {
        case upgraded(NIOAsyncChannel<WebSocketEvent, Never>)
        /// The server answered with another status than 101.
        case refused(EventLoopFuture<HandshakeRefusal>)
    }

    let url: ServerURL
    let apiKey: String?
    let deadline: NIODeadline
    /// Largest message, over all its fragments.
    static let messageLimit = 16 << 20

    /// Sends the request as soon as the channel is active.
    func start(on channel: any Channel) throws -> EventLoopFuture<Outcome> {
        let timeout = HandshakeTimeout(deadline: deadline)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(timeout)
        let upgrader = NIOTypedWebSocketClientUpgrader<Outcome>(
            maxFrameSize: Self.messageLimit,
            // NIO's own handler may close the channel before the error has reached the reader.
            enableAutomaticErrorHandling: false,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture { .upgraded(try Self.upgrade(channel)) }
            }
        )
        let configuration = NIOTypedHTTPClientUpgradeConfiguration<Outcome>(
            upgradeRequestHead: request,
            upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture { .refused(try HandshakeRefusal.read(from: channel)) }
            }
        )
        var pipelineConfiguration = NIOUpgradableHTTPClientPipelineConfiguration(upgradeConfiguration: configuration)

        // The server's first frames may come in the packet of its answer.
        pipelineConfiguration.leftOverBytesStrategy = .forwardBytes
        return try pipeline.configureUpgradableHTTPClientPipeline(configuration: pipelineConfiguration)
    }

    private var request: HTTPRequestHead {
        var headers: HTTPHeaders = ["Host": url.authority, "User-Agent": "steno/\(Release.version)"]
        if let apiKey { headers.add(name: "Authorization", value: "Bearer \(apiKey)") }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.target, headers: headers)
    }

    private static func upgrade(_ channel: any Channel) throws -> NIOAsyncChannel<WebSocketEvent, Never> {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.handler(type: HandshakeTimeout.self).cancel()
        try pipeline.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0,
                maxAccumulatedFrameCount: 4_096,
                maxAccumulatedFrameSize: messageLimit
            )
        )
        try pipeline.addHandler(WebSocketMessageHandler())
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel,
            configuration: NIOAsyncChannel.Configuration(
                backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4)
            )
        )
    }
}

/// Fails the handshake when the server accepts the connection but does not answer in time.
final class HandshakeTimeout: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    struct Expired: Error {}

    private let deadline: NIODeadline
    private var timer: Scheduled<Void>?

    init(deadline: NIODeadline) {
        self.deadline = deadline
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            context.fireErrorCaught(Expired())
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel()
    }

    func cancel() {
        timer?.cancel()
    }
}
