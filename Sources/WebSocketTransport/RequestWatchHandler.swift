import NIOCore

/// Carries out ``RequestWatch`` on the bytes of a connection, with one timer, until it becomes a tunnel.
final class RequestWatchHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Tells the handlers behind this one that the request under way takes too long.
    struct Overdue: Sendable {}

    private var watch: RequestWatch<ContinuousClock.Instant>
    private let timer = LookTimer()
    private var isReading = true

    init(_ limits: HTTPLimits) {
        watch = RequestWatch(limits, at: .now)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        happened(.heard(unwrapInboundIn(data).readableBytes), context: context)
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // If nobody asks for more during this call, the server is behind, and silence is not the client's.
        setReading(false, context: context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        setReading(true, context: context)
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        look(context)
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        happened(.wrote(unwrapOutboundIn(data).readableBytes), context: context)
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        look(context)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let progress = event as? RequestProgress else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        happened(.progress(progress), context: context)
        promise?.succeed()
    }

    private func setReading(_ isReading: Bool, context: ChannelHandlerContext) {
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        happened(.reading(isReading), context: context)
    }

    private func look(_ context: ChannelHandlerContext) {
        happened(.look(pending: context.pendingBytes), context: context)
    }

    private func happened(_ event: RequestWatch<ContinuousClock.Instant>.Event, context: ChannelHandlerContext) {
        switch watch.event(event, at: .now) {
        case .refuse: context.fireUserInboundEventTriggered(Overdue())
        case .close: context.close(promise: nil)
        case nil: break
        }
        schedule(context)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        guard let due = watch.deadline else { return }
        timer.schedule(by: due, on: context.eventLoop) { self.look(context) }
    }
}
