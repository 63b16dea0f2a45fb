import Hummingbird
import Limits
import NIOCore

/// Reads the peer's bytes for as long as the connection lives, answers its pings, and hands on its messages.
///
/// The handler may be busy for long; pings behind its messages are answered all the same while those can be held.
struct InboundFrames {
    private var chunks: RequestBody.AsyncIterator
    private var chunk = ByteBuffer()
    private var reader: MessageReader
    private let link: WebSocketLink
    private var turn = Turn()
    private var hasEnded = false
    private var hasFailed = false
    private var peerClose: WebSocketClose?

    init(_ body: RequestBody, link: WebSocketLink, maxMessageSize: Int, budget: MemoryBudget) {
        chunks = body.makeAsyncIterator()
        reader = MessageReader(maxMessageSize: maxMessageSize, budget: budget)
        self.link = link
    }

    /// Hands on every message; when the handler is done, reads and drops until the peer's Close frame or its end.
    mutating func read(into held: HeldMessages) async {
        do {
            while let message = try await next(), await held.add(message) {}
            held.finish(peerClose)
        } catch {
            held.finish(peerClose, throwing: error)
        }
        await held.discarded()
        await drain()
    }

    private mutating func next() async throws -> HeldMessages.Item? {
        while !hasEnded {
            await turn.step()
            guard let event = try readEvent() else {
                if link.isInputEnded { return nil }
                try await pull()
                continue
            }
            switch event {
            case .message(let message): return HeldMessages.Item(message: message, share: reader.takeShare())
            case .ping(let payload): try await link.frames.send(.pong, payload)
            case .pong: continue
            case .close(let close): end(with: close)
            }
        }
        return nil
    }

    private mutating func drain() async {
        hasEnded = peerClose != nil || (hasEnded && !hasFailed)
        while !hasEnded {
            do {
                if hasFailed {
                    chunk.clear()
                } else if let event = try readEvent() {
                    if case .close(let close) = event { end(with: close) }
                    await turn.step()
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
