import Logging
import NIOCore
import NIOHTTPTypes

// What a connection sends, and the watch over its peer.

extension WebSocketHandler {
    /// Hummingbird's end of the pipeline has nothing to say after the upgrade but that its response has ended.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if phase == .upgrading { context.write(data, promise: promise) } else { promise?.succeed() }
    }

    /// Reads are asked for here alone.
    func read(context: ChannelHandlerContext) {}

    /// Sends a frame when the current read, or ``advance()``, ends.
    func send(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer, whenSent: (@Sendable () -> Void)? = nil) {
        guard let context, phase == .open else { return }
        guard let whenSent else { return write(opcode, payload, context: context) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.whenSuccess(whenSent)
        write(opcode, payload, context: context, promise: sent)
    }

    func close(_ close: WebSocketClose) {
        guard let context, phase == .open else { return }

        var close = close
        if case .closed(let peerClose) = inputEnd { close = peerClose }
        logger.debug("WebSocket closing", metadata: ["steno.websocket.code": "\(close.code?.rawValue ?? 1005)"])
        write(.close, close.payload, context: context)
        phase = .closing
        held.removeAll()
        happened(.closing, context: context)
        if case .closed = inputEnd { closeChannel(context) } else if isInputClosed { closeChannel(context) }
        schedule(context)
        advance()
    }

    func endInput() {
        if inputEnd == nil { inputEnd = .ended }
        advance()
    }

    func disconnect() {
        guard let context else { return }
        happened(.disconnect, context: context)
        schedule(context)
    }

    func write(
        _ opcode: FrameHeader.Opcode,
        _ payload: ByteBuffer,
        context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>? = nil
    ) {
        let count = payload.readableBytes
        var frame = context.channel.allocator.buffer(capacity: 10 + (count <= Self.smallPayload ? count : 0))
        frame.writeFrameHeader(opcode, length: count)
        if count <= Self.smallPayload {
            frame.writeImmutableBuffer(payload)
            context.write(wrapOutboundOut(.byteBuffer(frame)), promise: promise)
        } else {
            context.write(wrapOutboundOut(.byteBuffer(frame)), promise: nil)
            context.write(wrapOutboundOut(.byteBuffer(payload)), promise: promise)
        }

        needsFlush = true
        happened(.wrote(10 + count), context: context)
    }

    /// Payloads up to this size are copied behind their header, which saves the kernel a vector.
    static let smallPayload = 4_096

    func flush(_ context: ChannelHandlerContext) {
        guard needsFlush else { return }
        needsFlush = false
        context.flush()
        schedule(context)
    }

    /// Closes the channel when the last byte has left; closing drops what the kernel has not taken.
    func closeChannel(_ context: ChannelHandlerContext) {
        guard !isClosingChannel else { return }
        isClosingChannel = true
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        needsFlush = false
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: written)
    }
}

extension WebSocketHandler {
    func setListening(_ isListening: Bool, context: ChannelHandlerContext) {
        guard isListening != watch.isReading else { return }
        happened(.reading(isListening), context: context)
        schedule(context)
    }

    func look(_ context: ChannelHandlerContext) {
        guard phase != .upgrading else { return }
        happened(.look(pending: context.pendingBytes), context: context)
        schedule(context)
    }

    func happened(_ event: ConnectionWatch<ContinuousClock.Instant>.Event, context: ChannelHandlerContext) {
        guard let action = watch.event(event, at: .now) else { return }

        switch action {
        case .ping: write(.ping, ByteBuffer(), context: context)
        case .heartbeat: write(.pong, ByteBuffer(), context: context)
        case .end(let cause):
            // After our own Close frame there is no other.
            if phase == .open, let close = cause.close { write(.close, close.payload, context: context) }
            flush(context)
            isDeaf = cause == .slowReader
            lose(cause)
            // The endpoint may have wanted no input, but the end of the peer's bytes matters.
            readOn(context)
        case .abort: context.close(promise: nil)
        }

        if !isInRead, !isAdvancing { flush(context) }
    }

    func lose(_ cause: WebSocketLoss) {
        let wasOpen = phase == .open
        guard phase != .lost else { return }
        phase = .lost
        held.removeAll()
        bytes = ByteBuffer()
        guard wasOpen else { return }
        logger.info("WebSocket lost", metadata: ["steno.websocket.cause": "\(cause.rawValue)"])
        endpoint?.lost(cause)
    }

    func schedule(_ context: ChannelHandlerContext) {
        timer.schedule(by: watch.deadline, on: context.eventLoop) { self.look(context) }
    }
}
