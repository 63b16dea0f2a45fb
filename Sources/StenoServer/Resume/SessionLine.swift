import NIOCore
import WebSocketTransport

/// The way from a session to its client.
///
/// A session stays on the event loop of its first connection. Once its client has come back, the connection may belong
/// to another loop; then everything goes over a relay.
enum SessionLine {
    case direct(WebSocketConnection)
    case relayed(RelayedConnection)

    /// - Parameter whenSent: Called, perhaps on another loop, once the kernel has taken all of it.
    func send(_ message: WebSocketMessage, whenSent: (@Sendable () -> Void)? = nil) {
        switch self {
        case .direct(let connection): connection.send(message, whenSent: whenSent)
        case .relayed(let connection): connection.send(message, whenSent: whenSent)
        }
    }

    func close(_ close: WebSocketClose) {
        switch self {
        case .direct(let connection): connection.close(close)
        case .relayed(let connection): connection.close(close)
        }
    }

    /// Sends what has been written, and hands on what was held while the session wanted no input.
    func resume(wantsInput: Bool) {
        switch self {
        case .direct(let connection): connection.resume()
        case .relayed(let connection): connection.resume(wantsInput: wantsInput)
        }
    }

    func endInput() {
        switch self {
        case .direct(let connection): connection.endInput()
        case .relayed(let connection): connection.endInput()
        }
    }

    func disconnect() {
        switch self {
        case .direct(let connection): connection.disconnect()
        case .relayed(let connection): connection.disconnect()
        }
    }
}

/// A connection on another event loop, as a session sees it: every call arrives there in its turn.
struct RelayedConnection {
    private let relay: NIOLoopBound<RelayEndpoint>

    /// To be called on the relay's loop.
    init(_ relay: RelayEndpoint, on eventLoop: any EventLoop) {
        self.relay = NIOLoopBound(relay, eventLoop: eventLoop)
    }

    func send(_ message: WebSocketMessage, whenSent: (@Sendable () -> Void)?) {
        perform { $0.connection?.send(message, whenSent: whenSent) }
    }

    func close(_ close: WebSocketClose) {
        perform { relay in
            relay.connection?.close(close)
            relay.connection = nil
        }
    }

    func resume(wantsInput: Bool) {
        perform { relay in
            relay.wantsInput = wantsInput
            relay.connection?.resume()
        }
    }

    func endInput() { perform { $0.connection?.endInput() } }

    func disconnect() { perform { $0.connection?.disconnect() } }

    private func perform(_ action: @escaping @Sendable (RelayEndpoint) -> Void) {
        relay.eventLoop.execute { [relay] in action(relay.value) }
    }
}
