import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import WebSocketTransport

@Suite("Peer close handler")
struct PeerCloseHandlerTests {
    /// Counts calls.
    final class Counter: Sendable {
        private let calls = Atomic(0)

        var count: Int { calls.load(ordering: .relaxed) }

        func add() { calls.add(1, ordering: .relaxed) }
    }

    @Test("Tells once that the peer sends no more, when half of the connection closes and when all of it does")
    func tells() throws {
        let handler = PeerCloseHandler()
        let channel = EmbeddedChannel(handler: handler)
        let calls = Counter()
        handler.notify { calls.add() }
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.outputClosed)
        #expect(calls.count == 0)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(calls.count == 1)
        channel.pipeline.fireChannelInactive()
        #expect(calls.count == 1)
        _ = try? channel.finish()
    }

    @Test("Tells at once a request that comes after the peer has closed")
    func late() {
        let handler = PeerCloseHandler()
        let channel = EmbeddedChannel(handler: handler)
        channel.pipeline.fireChannelInactive()
        let calls = Counter()
        handler.notify { calls.add() }
        #expect(calls.count == 1)
        _ = try? channel.finish()
    }

    @Test("Tells only the latest request")
    func latest() {
        let handler = PeerCloseHandler()
        let channel = EmbeddedChannel(handler: handler)
        let first = Counter()
        let second = Counter()
        handler.notify { first.add() }
        handler.notify { second.add() }
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(first.count == 0)
        #expect(second.count == 1)
        _ = try? channel.finish()
    }
}
