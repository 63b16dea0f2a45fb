import Limits
import Logging
import NIOCore
import NIOHTTPTypes

/// A connection after its upgrade: reads frames, hands messages to the endpoint, and watches over the peer.
///
/// It is all that is left of the pipeline, together with Hummingbird's end of it, which it keeps quiet. Messages are
/// handled within the read that brought them, and what is sent meanwhile is flushed once, after it. A read that brings
/// more work than ``workPerTurn`` goes on when other connections have had their turn.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = IOData

    private enum Phase {
        /// The HTTP handlers have not gone yet.
        case upgrading
        case open
        /// Our Close frame has been sent; the peer's is awaited.
        case closing
        /// The peer is lost: what it sends is dropped, and nothing is sent.
        case lost
    }

    /// Messages, with one more for each 4 KiB, that are handled without a pause: about half a millisecond.
    private static let workPerTurn = 256

    private let configuration: WebSocketConfiguration
    private let logger: Logger
    private let makeEndpoint: () throws -> any WebSocketEndpoint
    private var endpoint: (any WebSocketEndpoint)?
    private var context: ChannelHandlerContext?
    private var phase = Phase.upgrading

    /// What was read and not understood yet.
    private var bytes = ByteBuffer()
    private var reader: MessageReader
    private var held: HeldMessages
    private var inputEnd: WebSocketInputEnd?
    private var hasToldEnd = false
    /// Whether the peer has ended its direction of the connection.
    private var isInputClosed = false

    private var isAdvancing = false
    private var isTurnAskedFor = false
    private var isReadAskedFor = false
    /// Whether a read is being delivered, at whose end everything is flushed.
    private var isInRead = false
    private var needsFlush = false
    private var isClosingChannel = false
    /// A peer that does not read is not listened to: what it sends would only be read to be dropped.
    private var isDeaf = false

    private var watch: ConnectionWatch<ContinuousClock.Instant>
    private let timer = LookTimer()

    init(
        _ configuration: WebSocketConfiguration,
        budget: MemoryBudget,
        logger: Logger,
        makeEndpoint: @escaping () throws -> any WebSocketEndpoint
    ) {
        self.configuration = configuration
        self.logger = logger
        self.makeEndpoint = makeEndpoint
        reader = MessageReader(maxMessageSize: configuration.maxMessageSize, budget: budget)
        held = HeldMessages(configuration, budget: budget)
        watch = ConnectionWatch(configuration, at: .now)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
        self.context = nil
        endpoint = nil
    }

    var eventLoop: any EventLoop {
        guard let context else { preconditionFailure("The handler is in no pipeline") }
        return context.eventLoop
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Begins, once it has the connection for itself.
    func start() {
        guard let context, phase == .upgrading, context.channel.isActive else { return }
        phase = .open
        schedule(context)
        do {
            let endpoint = try makeEndpoint()
            self.endpoint = endpoint
            endpoint.opened(WebSocketConnection(handler: self))
        } catch {
            logger.error("WebSocket cannot be served", metadata: ["steno.websocket.error": "\(error)"])
            close(WebSocketClose(.internalError))
        }
        advance()
    }
}

// MARK: - From the peer

extension WebSocketHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        if bytes.readableBytes == 0 { bytes = data } else { bytes.writeBuffer(&data) }
        guard phase != .upgrading else { return }
        isInRead = true
        watch.heard()
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard phase != .upgrading else { return }
        isInRead = false
        isReadAskedFor = false
        flush(context)
        readOn(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        isInputClosed = true
        happened(.inputEnded, context)
        look(context)
        advance()
    }

    func channelInactive(context: ChannelHandlerContext) {
        lose(.peerGone)
        timer.cancel()
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        look(context)
        advance()
    }

    /// Does what can be done with what has come.
    func advance() {
        guard let context, !isAdvancing, phase != .upgrading else { return }
        isAdvancing = true
        var work = 0
        while work < Self.workPerTurn, let step = step(context) { work += step }
        isAdvancing = false
        if work >= Self.workPerTurn { askForTurn(context) }
        guard !isInRead else { return }
        flush(context)
        readOn(context)
    }

    /// Takes one step.
    ///
    /// - Returns: How much work it was; `nil` when there is nothing to do.
    private func step(_ context: ChannelHandlerContext) -> Int? {
        if phase == .open, let endpoint, endpoint.wantsInput, context.channel.isWritable {
            if let item = held.take() {
                endpoint.received(item.message, holding: item.share)
                return 1 + item.message.payload.readableBytes >> 12
            }
            if let inputEnd, !hasToldEnd {
                hasToldEnd = true
                endpoint.inputEnded(inputEnd)
                return 1
            }
        }
        guard mayParse else {
            bytes = ByteBuffer()
            return endInputIfPeerHas() ? 1 : nil
        }
        guard phase == .closing || !held.isFull && context.channel.isWritable else { return nil }
        return parse(context)
    }

    /// Whether anything may come of the peer's bytes.
    private var mayParse: Bool {
        switch inputEnd {
        case .failed, .closed, .halfClosed: false
        case .ended, nil: phase == .open || phase == .closing
        }
    }

    private func parse(_ context: ChannelHandlerContext) -> Int? {
        do throws(WebSocketProtocolError) {
            guard let event = try reader.next(from: &bytes) else {
                // Gives the receive buffer back before waiting.
                bytes = ByteBuffer()
                return endInputIfPeerHas() ? 1 : nil
            }
            switch event {
            case .message(let message): return take(message)
            case .ping(let payload): if phase == .open { write(.pong, payload, context) }
            case .pong: break
            case .close(let close):
                inputEnd = .closed(close)
                if phase == .closing { closeChannel(context) }
            }
        } catch {
            inputEnd = .failed(error)
        }
        return 1
    }

    /// Hands a message on, or holds it.
    private func take(_ message: WebSocketMessage) -> Int {
        let share = reader.takeShare()
        let work = 1 + message.payload.readableBytes >> 12
        guard phase == .open, inputEnd == nil, let endpoint else { return work }
        if held.isEmpty, endpoint.wantsInput {
            endpoint.received(message, holding: share)
        } else if let backlog = held.add(HeldMessages.Item(message: message, share: share), at: .now) {
            warn(of: backlog)
        }
        return work
    }

    /// Ends the input when the peer has ended its direction, and everything before that has been understood.
    ///
    /// - Returns: Whether it has ended by this.
    private func endInputIfPeerHas() -> Bool {
        guard isInputClosed else { return false }
        if phase == .closing, let context { closeChannel(context) }
        guard inputEnd == nil else { return false }
        inputEnd = .halfClosed
        return true
    }

    private func askForTurn(_ context: ChannelHandlerContext) {
        guard !isTurnAskedFor else { return }
        isTurnAskedFor = true
        LoopTurns.of(context.eventLoop).add {
            self.isTurnAskedFor = false
            self.advance()
        }
    }

    /// Asks for more bytes when there is room for what they bring.
    private func readOn(_ context: ChannelHandlerContext) {
        guard !isReadAskedFor, !isTurnAskedFor, !isInputClosed, !isDeaf else { return }
        let hasRoom = bytes.readableBytes == 0 && !held.isFull && context.channel.isWritable
        let reads = hasRoom || phase != .open
        setListening(reads, context)
        guard reads else { return }
        isReadAskedFor = true
        context.read()
    }

    private func warn(of backlog: HeldMessages.Backlog) {
        logger.warning(
            "What a client sends is handled too slowly: the engine is slower than its audio comes",
            metadata: [
                "steno.websocket.waiting_seconds": "\(backlog.waited.components.seconds)",
                "steno.websocket.waiting_bytes": "\(backlog.bytes)",
            ]
        )
    }
}

// MARK: - To the peer

extension WebSocketHandler {
    /// Hummingbird's end of the pipeline has nothing to say after the upgrade but that its response has ended.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { promise?.succeed() }

    /// Reads are asked for here alone.
    func read(context: ChannelHandlerContext) {}

    /// Sends a frame when the current read, or ``advance()``, ends.
    func send(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer) {
        guard let context, phase == .open else { return }
        write(opcode, payload, context)
    }

    func close(_ close: WebSocketClose) {
        guard let context, phase == .open else { return }
        var close = close
        if case .closed(let peerClose) = inputEnd { close = peerClose }
        logger.debug("WebSocket closing", metadata: ["steno.websocket.code": "\(close.code?.rawValue ?? 1005)"])
        write(.close, close.payload, context)
        phase = .closing
        held.removeAll()
        happened(.closing, context)
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
        happened(.disconnect, context)
        schedule(context)
    }

    private func write(_ opcode: FrameHeader.Opcode, _ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        let count = payload.readableBytes
        var frame = context.channel.allocator.buffer(capacity: 10 + (count <= Self.smallPayload ? count : 0))
        frame.writeFrameHeader(opcode, length: count)
        if count <= Self.smallPayload {
            frame.writeImmutableBuffer(payload)
            context.write(wrapOutboundOut(.byteBuffer(frame)), promise: nil)
        } else {
            context.write(wrapOutboundOut(.byteBuffer(frame)), promise: nil)
            context.write(wrapOutboundOut(.byteBuffer(payload)), promise: nil)
        }
        needsFlush = true
        happened(.wrote(10 + count), context)
    }

    /// Payloads up to this size are copied behind their header, which saves the kernel a vector.
    private static let smallPayload = 4_096

    private func flush(_ context: ChannelHandlerContext) {
        guard needsFlush else { return }
        needsFlush = false
        context.flush()
        schedule(context)
    }

    /// Closes the channel when the last byte has left; closing drops what the kernel has not taken.
    private func closeChannel(_ context: ChannelHandlerContext) {
        guard !isClosingChannel else { return }
        isClosingChannel = true
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        needsFlush = false
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: written)
    }
}

// MARK: - The watch

extension WebSocketHandler {
    private func setListening(_ isListening: Bool, _ context: ChannelHandlerContext) {
        guard isListening != watch.isReading else { return }
        happened(.reading(isListening), context)
        schedule(context)
    }

    private func look(_ context: ChannelHandlerContext) {
        guard phase != .upgrading else { return }
        happened(.look(pending: context.pendingBytes), context)
        schedule(context)
    }

    private func happened(_ event: ConnectionWatch<ContinuousClock.Instant>.Event, _ context: ChannelHandlerContext) {
        guard let action = watch.event(event, at: .now) else { return }
        switch action {
        case .ping: write(.ping, ByteBuffer(), context)
        case .heartbeat: write(.pong, ByteBuffer(), context)
        case .end(let cause):
            if let close = cause.close { write(.close, close.payload, context) }
            flush(context)
            isDeaf = cause == .slowReader
            lose(cause)
            // The endpoint may have wanted no input, but the end of the peer's bytes matters.
            readOn(context)
        case .abort: context.close(promise: nil)
        }
        if !isInRead, !isAdvancing { flush(context) }
    }

    private func lose(_ cause: WebSocketLoss) {
        let wasOpen = phase == .open
        guard phase != .lost else { return }
        phase = .lost
        held.removeAll()
        bytes = ByteBuffer()
        guard wasOpen else { return }
        logger.info("WebSocket lost", metadata: ["steno.websocket.cause": "\(cause.rawValue)"])
        endpoint?.lost(cause)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer.schedule(by: watch.deadline, on: context.eventLoop) { self.look(context) }
    }
}
