import NIOCore
import NIOWebSocket

/// An open WebSocket: any number of senders, one reader.
public struct ClientConnection: Sendable {
    private let channel: any Channel
    /// What the server sends, until its Close frame.
    ///
    /// Reading slower than the server sends slows the server: at most a handful of messages wait here. Read it once.
    public let events: WebSocketEvents

    init(channel: any Channel, inbound: NIOAsyncChannelInboundStream<WebSocketEvent>) {
        self.channel = channel
        events = WebSocketEvents(base: inbound)
    }

    /// Sends a text message and waits until the socket has taken it, so that no more than one per sender is in memory.
    ///
    /// Throws `StenoClientError.connectionLost` once the connection has ended; its `events` say why. Cancelling a send that
    /// waits closes the connection, because half a message cannot be taken back.
    public func send(_ text: String) async throws {
        try await send(.text, ByteBuffer(string: text))
    }

    /// Sends a Close frame with code 1000; the server's own Close frame then ends `events`.
    ///
    /// Nothing may be sent after it (RFC 6455 section 5.5.1).
    public func close() async throws {
        var body = ByteBuffer()
        body.write(webSocketErrorCode: .normalClosure)
        try await send(.connectionClose, body)
    }

    private func send(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) async throws {
        try Task.checkCancellation()
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: payload)
        do {
            try await withTaskCancellationHandler {
                try await channel.writeAndFlush(frame).get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            try Task.checkCancellation()
            throw StenoClientError.connectionLost
        }
    }
}

/// The events of one connection.
///
/// Ends after a Close frame; throws `StenoClientError.connectionLost` when the connection ends without one, and
/// `StenoClientError.protocolViolation` for frames that break the protocol.
public struct WebSocketEvents: AsyncSequence, Sendable {
    let base: NIOAsyncChannelInboundStream<WebSocketEvent>

    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: NIOAsyncChannelInboundStream<WebSocketEvent>.AsyncIterator
        var isClosed = false

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> WebSocketEvent? {
            if isClosed { return nil }
            let event: WebSocketEvent?
            do { event = try await base.next(isolation: actor) } catch let error as StenoClientError {
                throw error
            } catch {
                event = nil
            }

            guard let event else {
                try Task.checkCancellation()
                throw StenoClientError.connectionLost
            }

            if case .closed = event { isClosed = true }
            return event
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator())
    }
}
