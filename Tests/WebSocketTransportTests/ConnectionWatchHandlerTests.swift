import NIOCore
import NIOEmbedded
import Testing

@testable import WebSocketTransport

@Suite("Connection watch handler")
struct ConnectionWatchHandlerTests {
    /// Counts how often bytes are asked for.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = IOData
        var count = 0

        func read(context: ChannelHandlerContext) { count += 1 }
    }

    @Test("Asks a peer that does not read for nothing any more, also when a read was under way")
    func deaf() throws {
        let reads = Reads()
        var configuration = WebSocketConfiguration()
        configuration.sendTimeout = .zero
        var cause: WebSocketClosed.Cause?
        // Told on the embedded loop, which is this thread.
        nonisolated(unsafe) let told = { (ended: WebSocketClosed.Cause) in cause = ended }
        let watch = ConnectionWatchHandler(configuration) { told($0) }
        let channel = EmbeddedChannel(handlers: [reads, watch])
        channel.pipeline.read()
        #expect(reads.count == 1)
        channel.write(IOData.byteBuffer(ByteBuffer(bytes: [1, 2, 3])), promise: nil)
        for _ in 0..<2 { channel.pipeline.fireChannelWritabilityChanged() }
        #expect(cause == .slowReader)
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: [4]))
        channel.pipeline.fireChannelReadComplete()
        channel.pipeline.read()
        #expect(reads.count == 1)
        _ = try? channel.finish()
    }
}
