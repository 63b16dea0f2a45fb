import Hummingbird
import NIOCore

/// The peer's messages, pulled one by one.
///
/// Not pulling slows the peer down: after a few chunks the socket is no longer read. Pings are answered and the peer's
/// Close frame is noticed only while ``next()`` runs.
public struct WebSocketInbound {
    private var chunks: RequestBody.AsyncIterator
    private var chunk = ByteBuffer()
    private var reader: MessageReader
    private let link: WebSocketLink
    private var hasEnded = false
    private var hasFailed = false

    /// The peer's Close frame, once it has come.
    public private(set) var peerClose: WebSocketClose?

    init(_ body: RequestBody, link: WebSocketLink, maxMessageSize: Int) {
        chunks = body.makeAsyncIterator()
        reader = MessageReader(maxMessageSize: maxMessageSize)
        self.link = link
    }

    /// The next message; `nil` once the peer has closed, or ended its direction of the connection, and after
    /// ``WebSocketOutbound/endInput()``.
    ///
    /// After `nil` the handler may still send. Throws ``WebSocketProtocolError`` when the peer breaks the protocol or a
    /// limit, after which there are no more messages; ``WebSocketClosed`` when the peer is gone; `CancellationError`.
    public mutating func next() async throws -> WebSocketMessage? {
        while !hasEnded {
            guard let event = try readEvent() else {
                if link.isInputEnded { return nil }
                try await pull()
                continue
            }
            switch event {
            case .message(let message): return message
            case .ping(let payload): try await link.frames.send(.pong, payload)
            case .pong: continue
            case .close(let close): end(with: close)
            }
        }
        return nil
    }

    /// Reads and drops until the peer's Close frame or the end of its bytes.
    mutating func drain() async {
        hasEnded = peerClose != nil || (hasEnded && !hasFailed)
        while !hasEnded {
            do {
                if hasFailed {
                    chunk.clear()
                } else if let event = try readEvent() {
                    if case .close(let close) = event { end(with: close) }
                    continue
                }
                try await pull()
            } catch is WebSocketProtocolError {
                hasEnded = false
            } catch {
                hasEnded = true
            }
        }
    }

    private mutating func readEvent() throws(WebSocketProtocolError) -> MessageReader.Event? {
        do {
            return try reader.next(from: &chunk)
        } catch {
            (hasEnded, hasFailed) = (true, true)
            throw error
        }
    }

    private mutating func end(with close: WebSocketClose) {
        peerClose = close
        hasEnded = true
    }

    /// Waits for bytes; at the end of the peer's direction there are none.
    private mutating func pull() async throws {
        chunk = ByteBuffer()  // gives the receive buffer back before waiting
        do {
            if let next = try await chunks.next(isolation: #isolation) {
                chunk = next
            } else {
                hasEnded = true
                hasFailed = false
            }
        } catch {
            hasEnded = true
            hasFailed = false
            try Task.checkCancellation()
            throw WebSocketClosed(cause: .peerGone)
        }
        if hasEnded { try Task.checkCancellation() }
    }
}

@available(*, unavailable)
extension WebSocketInbound: Sendable {}
