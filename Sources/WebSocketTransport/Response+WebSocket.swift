public import HTTPTypes
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
    /// Answers an upgrade request with a WebSocket.
    ///
    /// The server must be built with ``HummingbirdCore/HTTPServerBuilder/http1WithUpgrade(limits:refusalBody:secure:)``.
    ///
    /// - Parameters:
    ///   - budget: What the messages that wait or arrive in parts may take, together with all that shares it.
    ///   - subprotocol: The one to accept of those the client offered; `nil` names none.
    ///   - extra: Headers of the 101 response besides those of the handshake.
    ///   - logger: The context's if left out.
    ///   - endpoint: Makes what the messages go to, on the connection's event loop once the connection is there. An error
    ///     closes it with code 1011.
    ///   - work: Runs beside the connection; it should end when the endpoint's work has.
    /// - Throws: `HTTPError` 426 or 400 if the request is no valid handshake, 500 if the server cannot upgrade.
    public static func webSocket(
        for request: Request,
        context: some UpgradeRequestContext,
        configuration: WebSocketConfiguration = WebSocketConfiguration(),
        budget: MemoryBudget = MemoryBudget(limit: .max),
        subprotocol: String? = nil,
        headers extra: HTTPFields = [:],
        logger: Logger? = nil,
        endpoint: @escaping @Sendable () throws -> any WebSocketEndpoint,
        alongside work: @escaping @Sendable () async -> Void = {}
    ) async throws -> Response {
        let channel = context.channel
        let logger = logger ?? context.logger
        var headers = try await WebSocketHandshake.accept(request.head, on: channel, subprotocol: subprotocol)
        for field in extra { headers.append(field) }
        try await channel.eventLoop.submit {
            guard let upgrade = try? channel.pipeline.syncOperations.handler(type: UpgradeHandler.self) else {
                let message = "This server cannot upgrade: build it with http1WithUpgrade."
                throw HTTPError(.internalServerError, message: message)
            }
            upgrade.prepare(
                WebSocketHandler(
                    configuration,
                    budget: budget,
                    spare: .of(channel.eventLoop),
                    logger: logger,
                    makeEndpoint: endpoint
                )
            )
        }.get()
        return Response(
            status: .switchingProtocols,
            headers: headers,
            body: ResponseBody { _ in
                await work()
                try await channel.closeFuture.get()
            }
        )
    }
}
