public import Hummingbird
public import Limits
public import Logging
public import NIOCore

/// A request context that knows its connection, as a WebSocket needs it.
public protocol UpgradeRequestContext: RequestContext {
    /// From `ApplicationRequestContextSource`.
    var channel: any Channel { get }
}

extension Response {
    /// Answers an upgrade request with a WebSocket that lives as long as `handler` runs.
    ///
    /// The server must be built with ``HummingbirdCore/HTTPServerBuilder/http1WithUpgrade(limits:refusalBody:)``. What the
    /// handler returns goes out as the Close frame, unless the peer closed first: then its code is echoed. A
    /// ``WebSocketProtocolError`` that the handler lets out closes with its code, any other error with 1011. If the
    /// peer vanishes, answers no ping or reads too slowly, the handler is cancelled. The handler runs on the
    /// connection's event loop and must not block it.
    ///
    /// - Parameters:
    ///   - budget: what the messages that wait or arrive in parts may take, together with all that shares it.
    ///   - subprotocol: the one to accept of those the client offered; `nil` names none.
    ///   - logger: the context's if left out.
    /// - Throws: `HTTPError` 426 or 400 if the request is no valid handshake.
    public static func webSocket(
        for request: Request,
        context: some UpgradeRequestContext,
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        budget: MemoryBudget = MemoryBudget(limit: .max),
        subprotocol: String? = nil,
        logger: Logger? = nil,
        handler: @escaping @Sendable (inout WebSocketInbound, WebSocketOutbound) async throws -> WebSocketClose
    ) async throws -> Response {
        let headers = try await WebSocketHandshake.accept(
            request.head,
            on: context.channel,
            subprotocol: subprotocol
        )
        let session = WebSocketSession(
            body: request.body,
            channel: context.channel,
            configuration: configuration,
            budget: budget,
            logger: logger ?? context.logger,
            handler: handler
        )
        return Response(
            status: .switchingProtocols,
            headers: headers,
            body: ResponseBody { writer in try await session.run(&writer) }
        )
    }
}
