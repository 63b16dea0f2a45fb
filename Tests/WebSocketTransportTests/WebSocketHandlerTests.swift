import Limits
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import WebSocketTransport

@Suite("The handler of a WebSocket")
struct WebSocketHandlerTests {
    /// Counts how often bytes are asked for, and how often they are flushed.
    private final class Head: ChannelOutboundHandler {
        typealias OutboundIn = IOData
        var reads = 0
        var flushes = 0

        func read(context: ChannelHandlerContext) { reads += 1 }

        func flush(context: ChannelHandlerContext) {
            flushes += 1
            context.flush()
        }
    }

    /// Answers each message with its own bytes.
    private final class Echo: WebSocketEndpoint {
        var wantsInput = true
        var received = 0
        var loss: WebSocketLoss?
        var end: WebSocketInputEnd?
        private var connection: WebSocketConnection?

        func opened(_ connection: WebSocketConnection) { self.connection = connection }

        func received(_ message: WebSocketMessage, holding share: MemoryBudget.Share?) {
            received += 1
            connection?.send(message)
        }

        func inputEnded(_ end: WebSocketInputEnd) { self.end = end }

        func lost(_ cause: WebSocketLoss) { loss = cause }
    }

    private let head = Head()
    private let echo = Echo()
    private let channel: EmbeddedChannel

    /// A connection that has just been upgraded.
    private init(_ configuration: WebSocketConfiguration = WebSocketConfiguration()) throws {
        let echo = echo
        nonisolated(unsafe) let endpoint = echo
        let handler = WebSocketHandler(
            configuration,
            budget: MemoryBudget(limit: .max),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            makeEndpoint: { endpoint }
        )
        channel = EmbeddedChannel(handlers: [head, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        handler.start()
    }

    init() throws { try self.init(WebSocketConfiguration()) }

    private func receive(_ bytes: [UInt8]) {
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
        channel.pipeline.fireChannelReadComplete()
    }

    @Test("Answers all messages of a read, and flushes once")
    func flush() throws {
        #expect(head.reads == 1)
        receive((0..<20).flatMap { clientFrame(2, [$0]) })
        #expect(echo.received == 20)
        #expect(head.flushes == 1)
        #expect(head.reads == 2)
        _ = try? channel.finish()
    }

    @Test("Goes on with many small messages in another turn, and reads nothing before")
    func turns() throws {
        receive((0..<1_000).flatMap { _ in clientFrame(2, [1]) })
        #expect((1..<1_000).contains(echo.received))
        #expect(head.reads == 1)
        for _ in 0..<10 { channel.embeddedEventLoop.advanceTime(by: .milliseconds(1)) }
        #expect(echo.received == 1_000)
        #expect(head.reads == 2)
        _ = try? channel.finish()
    }

    @Test("Holds messages that are not wanted, answers pings behind them, and gives them when they are")
    func holds() throws {
        echo.wantsInput = false
        receive(clientFrame(2, [1]) + clientFrame(9, [7]) + closeFrame(1_000))
        #expect(echo.received == 0)
        let pong = try channel.readOutbound(as: ByteBuffer.self)
        #expect(pong == ByteBuffer(bytes: [0x8A, 1, 7]))

        echo.wantsInput = true
        receive([])
        #expect(echo.received == 1)
        #expect(echo.end == .closed(WebSocketClose(.normal)))
        _ = try? channel.finish()
    }

    @Test("Tells its endpoint of a connection that is gone, once")
    func lost() throws {
        channel.pipeline.fireChannelInactive()
        #expect(echo.loss == .peerGone)
        _ = try? channel.finish()
    }
}
