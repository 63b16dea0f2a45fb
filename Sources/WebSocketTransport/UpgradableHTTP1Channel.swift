public import HummingbirdCore
public import Logging
public import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// HTTP/1.1 in which a 101 response makes the connection a WebSocket.
struct UpgradableHTTP1Channel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    typealias Securing = @Sendable (_ channel: any Channel, _ logger: Logger) throws -> Void

    let responder: HTTPChannelHandler.Responder
    let limits: HTTPLimits
    let secure: Securing?
    let refusalBody: @Sendable (HTTPRefusal) -> ByteBuffer

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: Self.headLimits)
            )
            let pipeline = channel.pipeline.syncOperations
            // A client that sends faster than it is answered fills one buffer, not several.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try secure?(channel, logger)
            try pipeline.addHandler(RequestWatchHandler(limits))
            try pipeline.addHandler(PeerCloseHandler())
            try pipeline.addHandler(PipeliningHandler())
            try pipeline.addHandler(HTTPResponseEncoder())
            try pipeline.addHandler(decoder)
            try pipeline.addHandler(RequestRulesHandler(body: refusalBody))
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: secure != nil))
            // Ends idle connections when the server stops; the watch knows better how long a client may take.
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
            try pipeline.addHandler(UpgradeHandler(decoder: decoder))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    /// NIO's own are 2 MB for each connection, which nobody has shown a key for.
    private static var headLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = HTTPLimits.maximumHead
        limits.maxHeaderListSize = HTTPLimits.maximumHead
        limits.maxHeaderFieldCount = HTTPLimits.maximumFields
        return limits
    }

    func handle(value channel: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: channel, logger: logger)
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 on whose port routes may answer with a WebSocket.
    ///
    /// An open WebSocket has none of the limits; its own pings watch it.
    ///
    /// - Parameters:
    ///   - refusalBody: The body, in JSON, of an answer that no route gives.
    ///   - secure: Adds what encrypts a new connection, in front of what speaks HTTP; `nil` for connections as they are.
    public static func http1WithUpgrade(
        limits: HTTPLimits = HTTPLimits(),
        refusalBody: @escaping @Sendable (HTTPRefusal) -> ByteBuffer = { _ in ByteBuffer() },
        secure: (@Sendable (_ channel: any Channel, _ logger: Logger) throws -> Void)? = nil
    ) -> HTTPServerBuilder {
        HTTPServerBuilder {
            UpgradableHTTP1Channel(responder: $0, limits: limits, secure: secure, refusalBody: refusalBody)
        }
    }
}
