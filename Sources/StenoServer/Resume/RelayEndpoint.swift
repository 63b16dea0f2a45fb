import Limits
import NIOCore
import WebSocketTransport

/// The end of a connection with which a client has come back to its session, which is on another event loop.
///
/// It hands one message at a time on, so that the session slows its client as on its first connection.
final class RelayEndpoint: WebSocketEndpoint {
    private let session: ResumableSession
    /// How many messages the client has got on its connections before.
    private let received: Int
    /// This connection among those of the session.
    private let number: Int
    var connection: WebSocketConnection?
    /// What the session said last; false until it has handled what it was given.
    var wantsInput = false

    init(_ session: ResumableSession, connection number: Int, received: Int) {
        self.session = session
        self.number = number
        self.received = received
    }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        let line = RelayedConnection(self, on: connection.eventLoop)
        session.perform { [number, received] endpoint in
            endpoint?.attach(.relayed(line), number: number, received: received)
            if endpoint == nil { line.close(WebSocketClose(.goingAway, reason: "the session has ended")) }
        }
    }

    func received(_ message: WebSocketMessage, holding share: MemoryBudget.Share?) {
        wantsInput = false
        perform { endpoint in
            endpoint.received(message, holding: share)
            endpoint.flush()
        }
    }

    func inputEnded(_ end: WebSocketInputEnd) {
        perform { endpoint in
            endpoint.inputEnded(end)
            endpoint.flush()
        }
    }

    func lost(_ cause: WebSocketLoss) {
        connection = nil
        perform { $0.lost(cause) }
    }

    /// Does something with the session, unless another connection has taken this one's place.
    private func perform(_ action: @escaping @Sendable (SessionEndpoint) -> Void) {
        session.perform { [number] endpoint in
            guard let endpoint, endpoint.isServed(by: number) else { return }
            action(endpoint)
        }
    }
}
