import NIOCore

/// Where a handler sends its messages; any number of tasks may.
public struct WebSocketOutbound: Sendable {
    let link: WebSocketLink
    let channel: any Channel

    /// Hands a message to the loop that writes.
    ///
    /// Returns once it is queued and waits while 64 KiB or more are, so a peer that reads slowly slows its sender.
    /// Throws ``WebSocketClosed`` when the connection is over, and `CancellationError` if cancelled while it waits.
    public func send(_ message: WebSocketMessage) async throws {
        switch message {
        case .text(let payload): try await link.frames.send(.text, payload)
        case .binary(let payload): try await link.frames.send(.binary, payload)
        }
    }

    /// Makes ``WebSocketInbound/next()`` return `nil` once it has given what is read already.
    ///
    /// The handler may still send, and the closing handshake still takes place.
    public func endInput() {
        link.endInput()
        channel.triggerUserOutboundEvent(ConnectionWatchHandler.Wake(), promise: nil)
    }

    /// Ends the connection with code 1001 without waiting for the handler, which is cancelled.
    public func disconnect() {
        channel.triggerUserOutboundEvent(ConnectionWatchHandler.Disconnect(), promise: nil)
    }
}
