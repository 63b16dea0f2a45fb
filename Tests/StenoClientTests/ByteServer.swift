import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Testing

/// A TCP server that answers what comes on each connection with bytes of its own, and then closes if told to.
enum ByteServer {
    typealias Answer = @Sendable (_ request: String) -> String

    static func run<Result>(
        closes: Bool = true,
        answer: @escaping Answer,
        _ body: (_ url: String) async throws -> Result
    ) async throws -> Result {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler(answer: answer, closes: closes))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body("ws://127.0.0.1:\(try #require(server.localAddress?.port))/ws"))
        } catch {
            result = .failure(error)
        }
        try await server.close().get()
        return try result.get()
    }
}

private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: ByteServer.Answer
    private let closes: Bool

    init(answer: @escaping ByteServer.Answer, closes: Bool) {
        self.answer = answer
        self.closes = closes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let answer = ByteBuffer(string: answer(String(buffer: unwrapInboundIn(data))))
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        if closes { context.close(promise: nil) }
    }
}

/// A WebSocket server whose first frame is in the packet of its answer to the handshake.
enum EagerServer {
    static func run<Result>(text: String, _ body: (_ url: String) async throws -> Result) async throws -> Result {
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                let frame = WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text))
                return channel.writeAndFlush(frame)
            }
        )
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FlushOnce())
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
                    )
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body("ws://127.0.0.1:\(try #require(server.localAddress?.port))/ws"))
        } catch {
            result = .failure(error)
        }
        try await server.close().get()
        return try result.get()
    }
}

/// Collects the handshake's answer and the frame after it, so that both leave in one packet.
private final class FlushOnce: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var bytes = ByteBuffer()
    private var hasFrame = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var part = unwrapOutboundIn(data)
        let finalTextFrame: UInt8 = 0x81
        if part.getInteger(at: part.readerIndex, as: UInt8.self) == finalTextFrame { hasFrame = true }
        bytes.writeBuffer(&part)
        // The upgrade goes on only when its answer has been written.
        promise?.succeed()
    }

    func flush(context: ChannelHandlerContext) {
        guard hasFrame else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        bytes.clear()
    }
}
