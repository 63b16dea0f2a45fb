public import NIOCore

/// Notices that the peer sends no more, while a route is busy with its request.
final class PeerCloseHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private var hasClosed = false
    private var onClose: (@Sendable () -> Void)?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { close() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    /// Replaces the action of the request before.
    func notify(_ action: @escaping @Sendable () -> Void) {
        if hasClosed { action() } else { onClose = action }
    }

    private func close() {
        hasClosed = true
        onClose.take()?()
    }
}

extension Channel {
    /// Calls `action` once when the peer closes the connection, or its half of it; at once if it has.
    ///
    /// A connection has one action, that of its current request. It may be called after that request was answered, and
    /// is called on the event loop.
    ///
    /// - Throws: `ChannelPipelineError` when the server was not built with
    ///   ``HummingbirdCore/HTTPServerBuilder/http1WithUpgrade(limits:refusalBody:secure:)``.
    public func notifyPeerClose(_ action: @escaping @Sendable () -> Void) async throws {
        try await eventLoop.submit {
            try self.pipeline.syncOperations.handler(type: PeerCloseHandler.self).notify(action)
        }.get()
    }
}
