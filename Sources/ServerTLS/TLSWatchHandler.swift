import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Watches over TLS from behind: limits the time of the handshake, keeps its errors from what speaks HTTP, and reads
/// until the peer has ended TLS, too.
final class TLSWatchHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = NIOAny

    private let handshakeTimeout: TimeAmount
    private let logger: Logger
    private var timer: Scheduled<Void>?
    private var isClosing = false

    init(handshakeTimeout: Duration, logger: Logger) {
        self.handshakeTimeout = TimeAmount(handshakeTimeout)
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: handshakeTimeout) {
            self.logger.debug("TLS handshake not finished in time")
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { timer?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }

    /// TLS has closed the connection itself where that was needed.
    ///
    /// Many clients end a connection without a word of TLS. What is cut off by that, HTTP and WebSocket notice
    /// themselves (RFC 9112 section 9.8).
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard Self.isOfTLS(error) else {
            context.fireErrorCaught(error)
            return
        }
        logger.debug("TLS ended with an error", metadata: ["error": "\(error)"])
    }

    private static func isOfTLS(_ error: any Error) -> Bool {
        error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError
            || error is NIOSSLCloseTimedOutError || error is NIOTLSUnwrappingError
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isClosing { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isClosing { context.read() } else { context.fireChannelReadComplete() }
    }

    /// Nobody else reads any more, and the peer's end of TLS would only be waited for.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { isClosing = true }
        context.close(mode: mode, promise: promise)
        if isClosing { context.read() }
    }
}
