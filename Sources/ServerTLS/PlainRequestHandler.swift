import NIOCore

/// Answers a client that begins without TLS with a sentence about it, and goes when one begins with TLS.
///
/// TLS would end such a connection with an alert, which programs show as a broken answer.
final class PlainRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a connection stays open for the client to read the answer.
    static let closeTimeout = TimeAmount.seconds(2)

    private let body: () -> ByteBuffer
    private var isRefused = false
    private var timer: Scheduled<Void>?

    /// - Parameter body: The answer's body, in JSON.
    init(body: @escaping () -> ByteBuffer) { self.body = body }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isRefused { return }
        let bytes = unwrapInboundIn(data)
        guard let first = bytes.readableBytesView.first else { return }
        if Self.isLetter(first) {
            refuse(context)
        } else {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // What is refused is read on, as unread bytes would reset the connection and the answer would be lost.
        if isRefused { context.read() } else { context.fireChannelReadComplete() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isRefused, event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// A method begins with one; a record of TLS begins with its type, which is none (RFC 8446 section 5.1).
    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isRefused = true

        // What is only read to be dropped is read in large pieces; heads are read in small ones.
        let allocator = FixedSizeRecvByteBufferAllocator(capacity: 65_536)
        try? context.channel.syncOptions?.setOption(.recvAllocator, value: allocator)
        let body = body()
        var answer = context.channel.allocator.buffer(capacity: 256 + body.readableBytes)
        answer.writeString("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\n")
        answer.writeString("Content-Length: \(body.readableBytes)\r\nConnection: close\r\n\r\n")
        answer.writeImmutableBuffer(body)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in
            bound.value.close(mode: .output, promise: nil)
        }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.closeTimeout) {
            context.close(promise: nil)
        }
    }
}
