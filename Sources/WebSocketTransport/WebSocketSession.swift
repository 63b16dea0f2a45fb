import Hummingbird
import Limits
import Logging
import NIOCore
import NIOHTTP1

/// One connection's tasks: the handler, a guard that cancels it when the peer is gone, and the only loop that writes.
struct WebSocketSession: Sendable {
    typealias Handler =
        @Sendable (inout WebSocketInbound, WebSocketOutbound) async throws -> WebSocketClose

    let body: RequestBody
    let channel: any Channel
    let configuration: WebSocketConfiguration
    let budget: MemoryBudget
    let logger: Logger
    let handler: Handler

    /// Returns when the connection is over; the response ends with it.
    @concurrent func run(_ writer: inout any ResponseBodyWriter) async throws {
        let link = WebSocketLink()
        try await watch(link)
        await withTaskExecutorPreference(EventLoopExecutor.shared(by: channel.eventLoop)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await converse(link)
                    link.frames.finish()
                }
                await write(link, to: &writer)
            }
        }
        if let cause = link.cause {
            logger.info("WebSocket lost", metadata: ["steno.websocket.cause": "\(cause.rawValue)"])
            try await channel.closeFuture.get()
        } else {
            try await writer.finish(nil)
        }
    }

    private func watch(_ link: WebSocketLink) async throws {
        channel.closeFuture.whenComplete { _ in link.end(.peerGone) }
        try await channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let encoder = try pipeline.handler(type: HTTPResponseEncoder.self)
            let handler = ConnectionWatchHandler(configuration) { link.end($0) }
            try pipeline.addHandler(handler, position: .before(encoder))
        }.get()
    }

    @concurrent private func write(_ link: WebSocketLink, to writer: inout any ResponseBodyWriter) async {
        while let buffers = await link.frames.next() {
            do {
                if buffers.count == 1 {
                    try await writer.write(buffers[0])
                } else {
                    try await writer.write(contentsOf: buffers)
                }
            } catch {
                link.end(.peerGone)
                channel.close(promise: nil)
            }
        }
    }

    /// Runs the handler and the closing handshake, until either is done or the link has ended.
    private func converse(_ link: WebSocketLink) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await handleAndClose(link) }
            group.addTask { await link.ended() }
            await group.next()
            group.cancelAll()
        }
    }

    private func handleAndClose(_ link: WebSocketLink) async {
        let held = HeldMessages(configuration, budget: budget, report: warn)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let limit = configuration.maxMessageSize
                var frames = InboundFrames(body, link: link, maxMessageSize: limit, budget: budget)
                await frames.read(into: held)
            }
            var inbound = WebSocketInbound(held)
            let own = await close(by: &inbound, WebSocketOutbound(link: link, channel: channel))
            let close = held.peerClose ?? own
            logger.debug(
                "WebSocket closing",
                metadata: ["steno.websocket.code": "\(close.code?.rawValue ?? 1005)"]
            )
            link.frames.close(close.payload)
            channel.triggerUserOutboundEvent(ConnectionWatchHandler.Closing(), promise: nil)
            held.discard()
        }
    }

    private func warn(waited: Duration, bytes: Int) {
        logger.warning(
            "What a client sends is handled too slowly: the engine is slower than its audio comes",
            metadata: [
                "steno.websocket.waiting_seconds": "\(waited.components.seconds)",
                "steno.websocket.waiting_bytes": "\(bytes)",
            ]
        )
    }

    private func close(by inbound: inout WebSocketInbound, _ outbound: WebSocketOutbound) async -> WebSocketClose {
        do {
            return try await handler(&inbound, outbound)
        } catch let error as WebSocketProtocolError {
            return error.close
        } catch is CancellationError {
            return WebSocketClose(.goingAway)
        } catch let error as WebSocketClosed {
            return WebSocketClose(.goingAway, reason: error.description)
        } catch {
            logger.error("WebSocket handler failed", metadata: ["steno.websocket.error": "\(error)"])
            return WebSocketClose(.internalError)
        }
    }
}
