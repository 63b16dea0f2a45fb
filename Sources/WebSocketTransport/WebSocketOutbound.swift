/// Where a handler sends its messages; any number of tasks may.
public struct WebSocketOutbound: Sendable {
    let frames: OutgoingFrames

    /// Hands a message to the loop that writes.
    ///
    /// Returns once it is queued and waits while 64 KiB or more are, so a peer that reads slowly slows its sender.
    /// Throws ``WebSocketClosed`` when the connection is over, and `CancellationError` if cancelled while it waits.
    public func send(_ message: WebSocketMessage) async throws {
        switch message {
        case .text(let payload): try await frames.send(.text, payload)
        case .binary(let payload): try await frames.send(.binary, payload)
        }
    }
}
