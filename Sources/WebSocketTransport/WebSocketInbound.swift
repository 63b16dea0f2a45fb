import Limits

/// The peer's messages, pulled one by one.
///
/// Those that are not pulled are held up to ``WebSocketConfiguration/maxHeldBytes``; then the socket is no longer read,
/// which slows the peer down. Until then pings are answered, and the peer's Close frame is noticed.
public struct WebSocketInbound {
    private let held: HeldMessages
    private var turn = Turn()
    /// What the message that was given last takes of the budget.
    private var share: MemoryBudget.Share?

    init(_ held: HeldMessages) { self.held = held }

    /// The peer's Close frame, once it has come.
    public var peerClose: WebSocketClose? { held.peerClose }

    /// The next message; `nil` once the peer has closed, or ended its direction of the connection, and after
    /// ``WebSocketOutbound/endInput()``.
    ///
    /// After `nil` the handler may still send. Throws ``WebSocketProtocolError`` when the peer breaks the protocol or a
    /// limit, after which there are no more messages; ``WebSocketClosed`` when the peer is gone; `CancellationError`.
    public mutating func next() async throws -> WebSocketMessage? {
        share = nil
        await turn.step()
        let item = try await held.next()
        share = item?.share
        return item?.message
    }
}

@available(*, unavailable)
extension WebSocketInbound: Sendable {}
