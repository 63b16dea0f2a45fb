public import Limits

/// What a WebSocket is for: takes its messages, and sends through its connection.
///
/// Everything is called on the connection's event loop, and must not block it.
public protocol WebSocketEndpoint: AnyObject {
    /// Whether the next message would be handled now.
    ///
    /// Those that come while it is false are held, up to ``WebSocketConfiguration/maxHeldBytes``; then the peer is no
    /// longer read. When it becomes true outside of a call from the connection, call ``WebSocketConnection/resume()``.
    var wantsInput: Bool { get }

    /// The connection is there; called first, and once.
    func opened(_ connection: WebSocketConnection)

    /// Takes the next message.
    ///
    /// - Parameter share: What the message takes of the budget; keep it as long as the message.
    func received(_ message: WebSocketMessage, holding share: MemoryBudget.Share?)

    /// No message follows. The endpoint may still send, and then closes the connection.
    func inputEnded(_ end: WebSocketInputEnd)

    /// The connection is lost: nothing that is sent arrives any more, and nothing comes.
    ///
    /// It is not called after the endpoint has closed the connection.
    func lost(_ cause: WebSocketLoss)
}

/// Why a peer's messages have ended.
public enum WebSocketInputEnd: Equatable, Sendable {
    /// The peer's Close frame has come.
    case closed(WebSocketClose)
    /// The peer has ended its direction of the connection without a Close frame; it may still read.
    case halfClosed
    /// The peer has broken the protocol or a limit.
    case failed(WebSocketProtocolError)
    /// ``WebSocketConnection/endInput()`` was called.
    case ended
}
