public import NIOCore

/// A WebSocket as its endpoint sees it; belongs to the connection's event loop.
public struct WebSocketConnection {
    let handler: WebSocketHandler

    /// The loop that every call must be made on.
    public var eventLoop: any EventLoop { handler.eventLoop }

    /// Whether the peer takes what is sent; while it does not, the endpoint gets no messages.
    public var isWritable: Bool { handler.isWritable }

    /// Sends a message; nothing once the connection is closed or lost.
    ///
    /// It leaves at the end of the call in which the endpoint sends it, or with ``resume()``.
    ///
    /// - Parameter whenSent: Called on the loop once the kernel has taken all of it.
    public func send(_ message: WebSocketMessage, whenSent: (@Sendable () -> Void)? = nil) {
        switch message {
        case .text(let payload): handler.send(.text, payload, whenSent: whenSent)
        case .binary(let payload): handler.send(.binary, payload, whenSent: whenSent)
        }
    }

    /// Closes the connection once everything before has been sent.
    ///
    /// The peer gets this code and reason, or its own if it closed first. Only the first call counts.
    public func close(_ close: WebSocketClose) { handler.close(close) }

    /// Hands on what was held while the endpoint wanted no input.
    public func resume() { handler.advance() }

    /// Ends the input once the endpoint has got what is read already.
    public func endInput() { handler.endInput() }

    /// Ends the connection with code 1001 without waiting for anything; the endpoint learns it by
    /// ``WebSocketEndpoint/lost(_:)``.
    public func disconnect() { handler.disconnect() }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
