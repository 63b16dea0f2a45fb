import NIOCore

/// Carries out ``ConnectionWatch`` on a tunnel's raw bytes, on the event loop and with one timer.
///
/// Its own frames slip in between two writes of the writer loop, each of which holds whole frames.
final class ConnectionWatchHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Tells the watch that our Close frame has been queued.
    struct Closing: Sendable {}

    /// Makes the tunnel's reader look up, as if empty bytes had come.
    struct Wake: Sendable {}

    /// Ends the connection from our side, whatever is under way.
    struct Disconnect: Sendable {}

    private var watch: ConnectionWatch<ContinuousClock.Instant>
    private let onEnd: @Sendable (WebSocketClosed.Cause) -> Void
    private let timer = LookTimer()
    private var isReading = true
    private var hasEnded = false
    /// A peer that does not read is not listened to: what it sends would only be read to be dropped.
    private var isDeaf = false

    init(_ configuration: WebSocketConfiguration, onEnd: @escaping @Sendable (WebSocketClosed.Cause) -> Void) {
        watch = ConnectionWatch(configuration, at: .now)
        self.onEnd = onEnd
    }

    func handlerAdded(context: ChannelHandlerContext) {
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded else { return }
        happened(.heard, context)
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // If nobody asks for more during this call, the session is behind and we are not listening.
        setReading(false, context)
        context.fireChannelReadComplete()
        if hasEnded, !isDeaf { context.read() }
    }

    func read(context: ChannelHandlerContext) {
        guard !isDeaf else { return }
        setReading(true, context)
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        guard let event = event as? ChannelEvent, event == .inputClosed else { return }
        happened(.inputEnded, context)
        look(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        look(context)
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasEnded else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        happened(.wrote(unwrapOutboundIn(data).readableBytes), context)
        context.write(data, promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case is Closing: happened(.closing, context)
        case is Disconnect: happened(.disconnect, context)
        case is Wake:
            context.fireChannelRead(wrapInboundOut(ByteBuffer()))
            context.fireChannelReadComplete()
        default:
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        schedule(context)
        promise?.succeed()
    }

    private func setReading(_ isReading: Bool, _ context: ChannelHandlerContext) {
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        happened(.reading(isReading), context)
    }

    private func look(_ context: ChannelHandlerContext) {
        happened(.look(pending: context.pendingBytes), context)
        schedule(context)
    }

    private func happened(_ event: ConnectionWatch<ContinuousClock.Instant>.Event, _ context: ChannelHandlerContext) {
        guard let action = watch.event(event, at: .now) else { return }
        switch action {
        case .ping: send(.ping, ByteBuffer(), context)
        case .heartbeat: send(.pong, ByteBuffer(), context)
        case .end(let cause):
            if let close = cause.close { send(.close, close.payload, context) }
            hasEnded = true
            isDeaf = cause == .slowReader
            onEnd(cause)
            // The session may have stopped reading, but the end of the peer's bytes matters.
            if !isDeaf { context.read() }
        case .abort: context.close(promise: nil)
        }
    }

    private func send(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        var bytes = ByteBuffer()
        bytes.writeFrameHeader(opcode, length: payload.readableBytes)
        bytes.writeImmutableBuffer(payload)
        _ = watch.event(.wrote(bytes.readableBytes), at: .now)
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer.schedule(by: watch.deadline, on: context.eventLoop) { self.look(context) }
    }
}
