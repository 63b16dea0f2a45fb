import NIOCore

/// Lets one request of a connection through at a time (RFC 9112 section 9.3.2).
///
/// A client may send requests without waiting for answers. What comes while one is being answered stays bytes, which
/// take a fraction of the memory of requests, and no more is read: a client that reads no answers is soon unable to
/// send. Heads are read in small pieces, as an event loop polls its connections only once all that was read has been
/// answered. After the last answer, what comes is dropped until the client ends the connection.
final class PipeliningHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private var held = ByteBuffer()
    /// Requests that were read as a whole, less the answers that have ended.
    ///
    /// It is -1 while the body of a request that already has its answer is still to come.
    private var inFlight = 0
    private var isHolding: Bool { inFlight > 0 }
    private var isInBody = false
    private var isReadWanted = false
    /// The end of the client's bytes, while some of these are still held.
    private var heldEnd: ChannelEvent?
    private var isClosing = false

    /// Whether large pieces are read, as suits a body.
    private var readsLarge = false

    /// Bytes of a head that are read at a time; all requests that begin in them are in memory at once.
    private static let head = 256
    /// Bytes of a body that are parsed at a time.
    private static let slice = 16_384

    func handlerAdded(context: ChannelHandlerContext) {
        readLarge(false, context: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        if isInBody, !readsLarge { readLarge(true, context: context) }
        var bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        pass(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isClosing { context.read() } else { context.fireChannelReadComplete() }
    }

    func read(context: ChannelHandlerContext) {
        if !isHolding || isClosing { context.read() } else { isReadWanted = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let end = event as? ChannelEvent, end == .inputClosed else {
            context.fireUserInboundEventTriggered(event)
            return
        }

        if isClosing {
            context.close(promise: nil)
        } else if held.readableBytes > 0 {
            heldEnd = end
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        context.triggerUserOutboundEvent(event, promise: promise)
        switch event as? RequestProgress {
        case .begun: isInBody = true
        case .read:
            isInBody = false
            inFlight += 1
            if readsLarge { readLarge(false, context: context) }
        case .answered:
            inFlight -= 1
            resume(context)
        case .closing:
            isClosing = true
            held.clear()
            context.read()
        case nil: break
        }
    }

    /// When the connection becomes a tunnel, everything belongs to it.
    func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
        inFlight = 0
        readLarge(true, context: context)
        resume(context)
        context.leavePipeline(removalToken: removalToken)
    }

    private func readLarge(_ isLarge: Bool, context: ChannelHandlerContext) {
        readsLarge = isLarge
        let allocator: any RecvByteBufferAllocator =
            isLarge ? AdaptiveRecvByteBufferAllocator() : FixedSizeRecvByteBufferAllocator(capacity: Self.head)
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: allocator)
    }

    private func resume(_ context: ChannelHandlerContext) {
        guard !isHolding, !isClosing else { return }
        if held.readableBytes > 0 {
            pass(context)
            context.fireChannelReadComplete()
        }
        guard !isHolding, isReadWanted else { return }
        isReadWanted = false
        context.read()
    }

    private func pass(_ context: ChannelHandlerContext) {
        while !isHolding, !isClosing, held.readableBytes > 0 {
            // TLS hands over whole records, however little was to be read.
            let length = readsLarge ? Self.slice : Self.head
            guard let slice = held.readSlice(length: min(length, held.readableBytes)) else { break }
            context.fireChannelRead(wrapInboundOut(slice))
        }

        if held.readableBytes == 0 {
            // Gives the storage back.
            held = ByteBuffer()
            if let end = heldEnd.take() { context.fireUserInboundEventTriggered(end) }
        }
    }
}
