import NIOCore
import NIOEmbedded
import Testing

@testable import ServerTLS

@Suite("Requests without TLS")
struct PlainRequestHandlerTests {
    /// Stands for a socket, of which one direction can be closed; an embedded channel only knows both.
    private final class HalfClosing: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
        }
    }

    private static func channel() throws -> EmbeddedChannel {
        let handler = PlainRequestHandler { ByteBuffer(string: "{}") }
        let channel = EmbeddedChannel(handlers: [HalfClosing(), handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test("A request is answered with 400, and nothing of it goes on", arguments: ["GET / HTTP/1.1\r\n", "P", "get"])
    func request(text: String) throws {
        let channel = try Self.channel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.writeInbound(ByteBuffer(string: text))
        try channel.writeInbound(ByteBuffer(bytes: [22, 3, 1]))
        let answer = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(String(buffer: answer).hasSuffix("\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil, "It is answered once")
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
    }

    @Test("A refused connection ends after a while, whatever the client does")
    func end() throws {
        let channel = try Self.channel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.writeInbound(ByteBuffer(string: "GET"))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: PlainRequestHandler.closeTimeout)
        #expect(!channel.isActive)
    }

    @Test("Whatever else comes is for TLS, which is left alone from then on", arguments: [22, 0, 0x80, 0x20])
    func others(first: UInt8) throws {
        let channel = try Self.channel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.writeInbound(ByteBuffer(bytes: [first, 3, 1]))
        try channel.writeInbound(ByteBuffer(string: "GET"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(bytes: [first, 3, 1]))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "GET"))
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        let pipeline = channel.pipeline.syncOperations
        #expect(throws: (any Error).self) { try pipeline.handler(type: PlainRequestHandler.self) }
    }
}
