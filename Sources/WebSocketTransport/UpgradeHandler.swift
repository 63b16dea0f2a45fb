import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Lets a request of an HTTP/1.1 connection turn the rest of that connection into a WebSocket.
///
/// A request that asks for it is passed on with its end held back. A 101 response puts the WebSocket's handler in the
/// place of those of HTTP; any other response releases the end. It stands behind Hummingbird's connection state handler, which
/// thus sees a request that is being answered: its quiescing does not cut the connection in between.
final class UpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// Requests and responses pass through untouched.
        case http
        /// The end of a WebSocket upgrade request is held until the response says 101 or something else.
        case undecided(end: HTTPRequestPart?)
    }

    private var state = State.http
    /// Requests read whose response has not ended.
    private var outstanding = 0
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    /// What takes over with a 101 response.
    private var successor: WebSocketHandler?

    init(decoder: ByteToMessageHandler<HTTPRequestDecoder>) {
        self.decoder = decoder
    }

    /// Names what takes over the connection when the current request is answered with 101.
    func prepare(_ successor: WebSocketHandler) { self.successor = successor }

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
            outstanding -= 1
            context.write(data, promise: promise)
        case .head, .body:
            context.write(data, promise: promise)
        }
    }

    /// Writes the head of the response to the newest request.
    private func writeLastHead(context: ChannelHandlerContext, head: HTTPResponse, promise: EventLoopPromise<Void>?) {
        guard case .undecided(let end) = state else {
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            return
        }

        if head.status == .switchingProtocols, let successor = successor.take() {
            handOver(to: successor, context) { context.write(self.wrapOutboundOut(.head(head)), promise: promise) }
        } else if head.status.kind == .informational {
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        } else {
            (state, successor) = (.http, nil)
            if let end { context.fireChannelRead(wrapInboundOut(end)) }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        }
    }

    /// Puts the WebSocket's handler in the place of those of HTTP.
    ///
    /// What the client has sent behind its request is with the decoder or in front of it, and comes out as they go. The
    /// response is sent when the successor has begun: a client that has got it may rely on all that comes with it.
    private func handOver(
        to successor: WebSocketHandler,
        _ context: ChannelHandlerContext,
        writingHead writeHead: @escaping () -> Void
    ) {
        let pipeline = context.pipeline.syncOperations
        do {
            try context.channel.syncOptions?.setOption(.autoRead, value: false)
            try pipeline.addHandler(successor, position: .after(decoder))
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
            return
        }

        let channel = context.channel
        pipeline.removeHandler(decoder).assumeIsolated().whenComplete { _ in
            writeHead()
            self.remove(
                [
                    try? pipeline.context(handlerType: HTTPResponseEncoder.self),
                    try? pipeline.context(handlerType: RequestRulesHandler.self),
                    try? pipeline.context(handlerType: HTTP1ToHTTPServerCodec.self),
                    try? pipeline.context(handlerType: HTTPConnectionStateHandler.self),
                    try? pipeline.context(handlerType: RequestWatchHandler.self),
                    try? pipeline.context(handlerType: PeerCloseHandler.self),
                    try? pipeline.context(handlerType: PipeliningHandler.self),
                    try? pipeline.context(handler: self),
                ],
                from: pipeline
            )
            successor.start()
            channel.flush()
        }
    }

    private func remove(
        _ contexts: [ChannelHandlerContext?],
        from pipeline: ChannelPipeline.SynchronousOperations
    ) {
        for case let context? in contexts { pipeline.removeHandler(context: context, promise: nil) }
    }
}
