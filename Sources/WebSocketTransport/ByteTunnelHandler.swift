import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Lets any request of an HTTP/1.1 connection turn the rest of that connection into a two-way byte stream.
///
/// A request that asks to upgrade to WebSocket is passed on with its end held back. A 101 response removes the HTTP
/// decoder, and every later byte arrives as a `.body` part; bodies written after a 101 leave unframed. Any other
/// response releases the end. It stands behind Hummingbird's connection state handler, which thus sees a request that has been
/// read and is being answered: neither its idle timer nor its quiescing cuts a tunnel.
final class ByteTunnelHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// Requests and responses pass through untouched.
        case http
        /// The end of a WebSocket upgrade request is held until the response says 101 or something else.
        case undecided(end: HTTPRequestPart?)
        /// Both directions carry raw bytes.
        case tunnel
    }

    private var state = State.http
    /// Requests read whose response has not ended.
    private var outstanding = 0
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>

    init(decoder: ByteToMessageHandler<HTTPRequestDecoder>) {
        self.decoder = decoder
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch (state, part) {
        case (.http, .head(let head)):
            outstanding += 1
            if head.asksForWebSocket { state = .undecided(end: nil) }
            context.fireChannelRead(data)
        case (.undecided, .end):
            state = .undecided(end: part)
        default:
            context.fireChannelRead(data)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where outstanding == 1:
            writeLastHead(context: context, head: head, promise: promise)
        case .end:
            writeEnd(context: context, data: data, promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    private func writeEnd(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        outstanding -= 1
        switch state {
        case .tunnel:
            // Closing drops what the kernel has not taken, so it waits for the last byte.
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.writeAndFlush(data, promise: written)
        case .http, .undecided:
            context.write(data, promise: promise)
        }
    }

    /// Writes the head of the response to the newest request.
    private func writeLastHead(context: ChannelHandlerContext, head: HTTPResponse, promise: EventLoopPromise<Void>?) {
        switch state {
        case .undecided where head.status == .switchingProtocols:
            state = .tunnel
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            replaceDecoder(context: context)
        case .undecided(let end) where head.status.kind != .informational:
            state = .http
            if let end { context.fireChannelRead(wrapInboundOut(end)) }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .http, .undecided, .tunnel:
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        }
    }

    private func replaceDecoder(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(BytesAsBodyHandler(), position: .after(decoder))
            pipeline.removeHandler(decoder).assumeIsolated().whenComplete { _ in
                context.fireChannelReadComplete()  // delivers bytes that arrived behind the request
            }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}

/// Presents raw bytes as request body parts.
private final class BytesAsBodyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(.body(unwrapInboundIn(data))))
    }
}
