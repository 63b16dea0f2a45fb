import NIOCore
import NIOWebSocket

/// Turns frames into events and keeps the protocol's promises: pongs, and the answer to a Close frame.
///
/// It stands behind a frame aggregator, so no frame is a fragment. Outgoing frames pass through.
final class WebSocketMessageHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketEvent
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private var hasSentClose = false
    private var hasReceivedClose = false
    /// The newest ping that waits for the socket; RFC 6455 section 5.5.3 lets a pong answer only the newest.
    private var unansweredPing: ByteBuffer?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasReceivedClose else { return }

        let frame = unwrapInboundIn(data)
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3, frame.maskKey == nil else {
            fail(context: context, .protocolError, reason: "a masked frame or an extension nobody agreed on")
            return
        }

        switch frame.opcode {
        case .text: receive(context: context, text: frame.data)
        case .binary: context.fireChannelRead(wrapInboundOut(.binary))
        case .ping:
            unansweredPing = frame.data
            answerPing(context: context)
        case .connectionClose: receive(context: context, close: frame.data)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            fail(context: context, .messageTooLarge, reason: "a message that is too big")
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            fail(context: context, .protocolError, reason: "a bad WebSocket frame")
        default: context.fireErrorCaught(error)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        answerPing(context: context)
        context.fireChannelWritabilityChanged()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if unwrapOutboundIn(data).opcode == .connectionClose { hasSentClose = true }
        context.write(data, promise: promise)
    }

    private func receive(context: ChannelHandlerContext, text: ByteBuffer) {
        guard let text = String(validating: text.readableBytesView, as: UTF8.self) else {
            fail(context: context, .dataInconsistentWithMessage, reason: "text that is not UTF-8")
            return
        }
        context.fireChannelRead(wrapInboundOut(.text(text)))
    }

    private func receive(context: ChannelHandlerContext, close body: ByteBuffer) {
        hasReceivedClose = true
        var rest = body
        let code = rest.readInteger(as: UInt16.self).map(Int.init) ?? 1005
        let closure = WebSocketClosure(code: code, reason: String(buffer: rest), isAnswer: hasSentClose)
        if !hasSentClose {
            // The code alone; a frame without one is answered without one.
            let length = code == 1005 ? 0 : 2
            let echo = body.getSlice(at: body.readerIndex, length: length)
            send(context: context, .connectionClose, payload: echo ?? ByteBuffer())
        }

        hasSentClose = true
        context.fireChannelRead(wrapInboundOut(.closed(closure)))
    }

    /// Waits for the socket to take more: pongs never pile up in memory.
    private func answerPing(context: ChannelHandlerContext) {
        guard !hasSentClose, context.channel.isWritable, let payload = unansweredPing.take() else { return }
        send(context: context, .pong, payload: payload)
    }

    /// Tells the reader first: the Close frame may find the socket dead and end everything at once.
    private func fail(context: ChannelHandlerContext, _ code: WebSocketErrorCode, reason: String) {
        hasReceivedClose = true
        context.fireErrorCaught(StenoClientError.protocolViolation(reason))
        if !hasSentClose {
            hasSentClose = true
            var body = ByteBuffer()
            body.write(webSocketErrorCode: code)
            send(context: context, .connectionClose, payload: body)
        }
        context.close(promise: nil)
    }

    private func send(context: ChannelHandlerContext, _ opcode: WebSocketOpcode, payload: ByteBuffer) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: payload)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
