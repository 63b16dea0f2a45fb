import Logging
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS
import Testing

@testable import ServerTLS

@Suite("Watch over TLS")
struct TLSWatchHandlerTests {
    private static func channel() throws -> EmbeddedChannel {
        let handler = TLSWatchHandler(handshakeTimeout: .seconds(30), logger: Logger(label: "test"))
        let channel = EmbeddedChannel(handler: handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test("A handshake that takes too long ends the connection")
    func timeout() throws {
        let channel = try Self.channel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("After the handshake there is no limit any more")
    func completed() throws {
        let channel = try Self.channel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
    }

    @Test("Errors of TLS stay here, and others go on")
    func errors() throws {
        struct Other: Error {}
        let channel = try Self.channel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        channel.pipeline.fireErrorCaught(NIOSSLError.uncleanShutdown)
        try channel.throwIfErrorCaught()
        channel.pipeline.fireErrorCaught(Other())
        #expect(throws: Other.self) { try channel.throwIfErrorCaught() }
    }
}
