import NIOCore
import NIOHTTP1

/// Holds a connection to the rules of RFC 9112, and ends it where they say so.
///
/// The answer to a request that asks to close, is of HTTP/1.0, or offers an upgrade that is not taken is the last one,
/// as is one that says `Connection: close`. What is no HTTP/1.1 is answered here, with 400, once the requests before it
/// have their answers; nothing after it counts. The connection then stays open in the client's direction for a moment:
/// closing it with bytes unread would reset it, and the client would lose the answer.
final class RequestRulesHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        case open
        /// No more requests are passed on.
        case last
        /// The same, and the refusal is the last answer.
        case refusing(HTTPRefusal)
        /// The last answer has been written.
        case ended
        /// Both directions carry raw bytes.
        case tunnel
    }

    private var phase = Phase.open
    /// Requests passed on whose answers have not ended, oldest first.
    private var unanswered = CircularBuffer<HTTPVersion>()
    /// The head of a request was passed on, and not yet its end.
    private var isInBody = false
    /// The answer that is being written says that it is the last.
    private var isClosing = false
    private let body: @Sendable (HTTPRefusal) -> ByteBuffer

    /// - Parameter body: The body, in JSON, of an answer that no route gives.
    init(body: @escaping @Sendable (HTTPRefusal) -> ByteBuffer) {
        self.body = body
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .tunnel = phase {
            context.fireChannelRead(data)
            return
        }
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, context: context)
        case .body: if isInBody { context.fireChannelRead(data) }
        case .end: if isInBody { finishRequest(data, context: context) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError || error is ByteToMessageDecoderError else {
            context.fireErrorCaught(error)
            return
        }
        let isTooLarge = error as? HTTPParserError == .headerOverflow
        fail(isTooLarge ? .headTooLarge : .malformed("The request is not HTTP/1.1."), context: context, error: error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is RequestWatchHandler.Overdue {
            fail(.overdue, context: context, error: HTTPRefusal.overdue)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch (phase, unwrapOutboundIn(data)) {
        case (.ended, _):
            promise?.fail(ChannelError.outputClosed)
        case (.tunnel, _):
            context.write(data, promise: promise)
        case (_, .head(let head)):
            write(head, context: context, promise: promise)
        case (_, .end):
            finishAnswer(data, context: context, promise: promise)
        case (_, .body):
            context.write(data, promise: promise)
        }
    }

    private func receive(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard case .open = phase else { return }

        if let refusal = HTTPRefusal(of: head) {
            refuse(refusal, context: context)
            return
        }

        var head = head
        if !head.isKeepAlive || head.version.isOld || head.headers.contains(name: "upgrade") { phase = .last }
        if head.version.isOld {
            // What HTTP/1.0 does not have is ignored (RFC 9110 sections 7.8 and 10.1.1).
            head.headers.remove(name: "upgrade")
            head.headers.remove(name: "expect")
        }

        unanswered.append(head.version)
        isInBody = true
        tell(.begun, context: context)
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func finishRequest(_ data: NIOAny, context: ChannelHandlerContext) {
        isInBody = false
        tell(.read, context: context)
        context.fireChannelRead(data)
    }

    /// Ends the connection because of the client; the route that reads the body, if one does, is told to answer.
    private func fail(_ refusal: HTTPRefusal, context: ChannelHandlerContext, error: any Error) {
        switch phase {
        case .ended: return
        case .tunnel: context.fireErrorCaught(error)
        case .open, .last, .refusing:
            guard isInBody else {
                if case .open = phase { refuse(refusal, context: context) }
                return
            }
            isInBody = false
            phase = .last
            if unanswered.isEmpty { end(context, after: nil) } else { context.fireErrorCaught(error) }
        }
    }

    private func refuse(_ refusal: HTTPRefusal, context: ChannelHandlerContext) {
        phase = .refusing(refusal)
        if unanswered.isEmpty { write(refusal, context: context) }
    }

    private func write(_ refusal: HTTPRefusal, context: ChannelHandlerContext) {
        let body = body(refusal)
        let headers: HTTPHeaders = [
            "Content-Type": "application/json; charset=utf-8", "Content-Length": "\(body.readableBytes)",
            "Connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: refusal.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        end(context, after: written)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    private func write(
        _ head: HTTPResponseHead,
        context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        var head = head
        if head.status == .switchingProtocols {
            phase = .tunnel
        } else if !head.isInformational {
            if case .last = phase, unanswered.count == 1 { isClosing = true }
            if head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "close" }) {
                isClosing = true
            }
            if isClosing { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            // Keeps an answer of unknown length from being sent in chunks, which HTTP/1.0 does not have.
            if let version = unanswered.first, version.isOld { head.version = version }
        }

        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func finishAnswer(
        _ data: NIOAny,
        context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        _ = unanswered.popFirst()
        if isClosing {
            // What the kernel has not taken would be lost.
            let written = promise ?? context.eventLoop.makePromise()
            end(context, after: written)
            context.writeAndFlush(data, promise: written)
            tell(.answered, context: context)
            return
        }

        context.write(data, promise: promise)
        tell(.answered, context: context)
        if case .refusing(let refusal) = phase, unanswered.isEmpty { write(refusal, context: context) }
    }

    private func end(_ context: ChannelHandlerContext, after written: EventLoopPromise<Void>?) {
        phase = .ended
        tell(.closing, context: context)
        let channel = context.channel
        guard let written else {
            channel.close(mode: .output, promise: nil)
            return
        }
        written.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
    }

    private func tell(_ progress: RequestProgress, context: ChannelHandlerContext) {
        context.triggerUserOutboundEvent(progress, promise: nil)
    }
}

extension HTTPResponseHead {
    fileprivate var isInformational: Bool { (100..<200).contains(status.code) }
}
