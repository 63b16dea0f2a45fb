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

    enum Phase {
        /// The HTTP handlers have not gone yet.
        case upgrading
        case open
        /// Our Close frame has been sent; the peer's is awaited.
        case closing
        /// The peer is lost: what it sends is dropped, and nothing is sent.
        case lost
    }

    /// Messages, with one more for each 4 KiB, that are handled without a pause: about half a millisecond.
    static let workPerTurn = 256

    let configuration: WebSocketConfiguration
    let logger: Logger
    /// Makes the endpoint, once; what it holds is let go then, as the endpoint may hold this.
    var makeEndpoint: (() throws -> any WebSocketEndpoint)?
    var endpoint: (any WebSocketEndpoint)?
    var context: ChannelHandlerContext?
    var phase = Phase.upgrading

    /// What was read and not understood yet.
    var bytes = ByteBuffer()
    var reader: MessageReader
    var held: HeldMessages
    var inputEnd: WebSocketInputEnd?
    var hasToldEnd = false
    /// Whether the peer has ended its direction of the connection.
    var isInputClosed = false

    var isAdvancing = false
    var isTurnAskedFor = false
    var isReadAskedFor = false
    /// Whether a read is being delivered, at whose end everything is flushed.
    var isInRead = false
    var needsFlush = false
    var isClosingChannel = false
    /// A peer that does not read is not listened to: what it sends would only be read to be dropped.
    var isDeaf = false

    var watch: ConnectionWatch<ContinuousClock.Instant>
    let timer = LookTimer()

    init(
        _ configuration: WebSocketConfiguration,
        budget: MemoryBudget,
        spare: SpareMessage = SpareMessage(),
        logger: Logger,
        makeEndpoint: @escaping () throws -> any WebSocketEndpoint
    ) {
        self.configuration = configuration
        self.logger = logger
        self.makeEndpoint = makeEndpoint
        reader = MessageReader(maxMessageSize: configuration.maxMessageSize, budget: budget, spare: spare)
        held = HeldMessages(configuration, budget: budget)
        watch = ConnectionWatch(configuration, at: .now)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer.cancel()
        self.context = nil
        (endpoint, makeEndpoint) = (nil, nil)
    }

    var eventLoop: any EventLoop {
        guard let context else { preconditionFailure("The handler is in no pipeline") }
        return context.eventLoop
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Begins, once it has the connection for itself.
    func start() {
        guard let context, let makeEndpoint = makeEndpoint.take(), phase == .upgrading, context.channel.isActive
        else { return }
        phase = .open
        schedule(context)
        do {
            let endpoint = try makeEndpoint()
            self.endpoint = endpoint
            endpoint.opened(WebSocketConnection(handler: self))
            if isInputClosed { happened(.inputEnded, context: context) }
        } catch {
            logger.error("WebSocket cannot be served", metadata: ["steno.websocket.error": "\(error)"])
            close(WebSocketClose(.internalError))
        }

        advance()
    }
}

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
        guard phase != .upgrading else { return }
        happened(.inputEnded, context: context)
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
    func step(_ context: ChannelHandlerContext) -> Int? {
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
    var mayParse: Bool {
        switch inputEnd {
        case .failed, .closed, .halfClosed: false
        case .ended, nil: phase == .open || phase == .closing
        }
    }

    func parse(_ context: ChannelHandlerContext) -> Int? {
        do throws(WebSocketProtocolError) {
            guard let event = try reader.next(from: &bytes) else {
                // Gives the receive buffer back before waiting.
                bytes = ByteBuffer()
                return endInputIfPeerHas() ? 1 : nil
            }
            switch event {
            case .message(let message): return take(message)
            case .ping(let payload): if phase == .open { write(.pong, payload, context: context) }
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
    func take(_ message: WebSocketMessage) -> Int {
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
    func endInputIfPeerHas() -> Bool {
        guard isInputClosed else { return false }
        if phase == .closing, let context { closeChannel(context) }
        guard inputEnd == nil else { return false }
        inputEnd = .halfClosed
        return true
    }

    func askForTurn(_ context: ChannelHandlerContext) {
        guard !isTurnAskedFor else { return }
        isTurnAskedFor = true
        LoopTurns.of(context.eventLoop).add {
            self.isTurnAskedFor = false
            self.advance()
        }
    }

    /// Asks for more bytes when there is room for what they bring.
    func readOn(_ context: ChannelHandlerContext) {
        guard !isReadAskedFor, !isTurnAskedFor, !isInputClosed, !isDeaf else { return }
        let hasRoom = bytes.readableBytes == 0 && !held.isFull && context.channel.isWritable
        let reads = hasRoom || phase != .open
        setListening(reads, context: context)
        guard reads else { return }
        isReadAskedFor = true
        context.read()
    }

    func warn(of backlog: HeldMessages.Backlog) {
        logger.warning(
            "What a client sends is handled too slowly: the engine is slower than its audio comes",
            metadata: [
                "steno.websocket.waiting_seconds": "\(backlog.waited.components.seconds)",
                "steno.websocket.waiting_bytes": "\(backlog.bytes)",
            ]
        )
    }
}
