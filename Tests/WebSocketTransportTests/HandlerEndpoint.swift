import Limits
import NIOCore
import Synchronization
import WebSocketTransport

/// The connection is over.
struct WebSocketClosed: Error {
    var cause: WebSocketLoss
}

/// An endpoint whose work is one asynchronous function, which takes a message whenever it likes.
///
/// The function is cancelled when the connection is lost; what it returns closes the connection.
final class HandlerEndpoint: WebSocketEndpoint, Sendable {
    typealias Handler = @Sendable (Inbound, Outbound) async throws -> WebSocketClose

    private struct State {
        var waiter: CheckedContinuation<WebSocketMessage?, any Error>?
        var end: WebSocketInputEnd?
        var loss: WebSocketLoss?
        var connection: NIOLoopBound<WebSocketConnection>?
        var eventLoop: (any EventLoop)?
    }

    private let state = Mutex(State())
    private let handler: Handler
    private let (opening, opener) = AsyncStream<Never>.makeStream()
    private let (losing, loser) = AsyncStream<Never>.makeStream()

    init(_ handler: @escaping Handler) { self.handler = handler }

    var wantsInput: Bool { state.withLock { $0.waiter != nil } }

    func opened(_ connection: WebSocketConnection) {
        state.withLock {
            $0.connection = NIOLoopBound(connection, eventLoop: connection.eventLoop)
            $0.eventLoop = connection.eventLoop
        }
        opener.finish()
    }

    func received(_ message: WebSocketMessage, holding share: MemoryBudget.Share?) {
        state.withLock { $0.waiter.take() }?.resume(returning: message)
    }

    func inputEnded(_ end: WebSocketInputEnd) {
        let waiter = state.withLock { state in
            state.end = end
            return state.waiter.take()
        }
        if case .failed(let error) = end { waiter?.resume(throwing: error) } else { waiter?.resume(returning: nil) }
    }

    func lost(_ cause: WebSocketLoss) {
        let waiter = state.withLock { state in
            state.loss = cause
            return state.waiter.take()
        }
        waiter?.resume(throwing: CancellationError())
        loser.finish()
    }

    /// Runs the function; to be called beside the connection.
    func work() async {
        for await _ in opening {}
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let close = await self.close()
                await self.onLoop { $0.close(close) }
            }
            group.addTask { for await _ in self.losing {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func close() async -> WebSocketClose {
        do {
            return try await handler(Inbound(endpoint: self), Outbound(endpoint: self))
        } catch let error as WebSocketProtocolError {
            return error.close
        } catch {
            return WebSocketClose(.internalError)
        }
    }

    fileprivate func next() async throws -> WebSocketMessage? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let eventLoop = state.withLock { state -> (any EventLoop)? in
                    if state.loss != nil || Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else if state.end != nil {
                        continuation.resume(returning: nil)
                    } else {
                        state.waiter = continuation
                        return state.eventLoop
                    }
                    return nil
                }
                eventLoop?.execute { self.connection?.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume(throwing: CancellationError())
        }
    }

    private var connection: WebSocketConnection? { state.withLock { $0.connection }?.value }

    fileprivate func onLoop(_ action: @escaping @Sendable (WebSocketConnection) -> Void) async {
        guard let eventLoop = state.withLock({ $0.eventLoop }) else { return }
        try? await eventLoop.submit {
            guard let connection = self.connection else { return }
            action(connection)
            connection.resume()
        }.get()
    }

    fileprivate func isWritable() async -> Bool {
        guard let eventLoop = state.withLock({ $0.eventLoop }) else { return false }
        return (try? await eventLoop.submit { self.connection?.isWritable ?? false }.get()) ?? false
    }

    fileprivate var loss: WebSocketLoss? { state.withLock { $0.loss } }

    struct Inbound: Sendable {
        fileprivate let endpoint: HandlerEndpoint

        func next() async throws -> WebSocketMessage? { try await endpoint.next() }
    }

    struct Outbound: Sendable {
        fileprivate let endpoint: HandlerEndpoint

        /// Waits while the peer does not take what was sent before.
        func send(_ message: WebSocketMessage) async throws {
            while endpoint.loss == nil, await !endpoint.isWritable() { await Task.yield() }
            if let loss = endpoint.loss { throw WebSocketClosed(cause: loss) }
            await endpoint.onLoop { $0.send(message) }
        }

        func endInput() async { await endpoint.onLoop { $0.endInput() } }

        func disconnect() async { await endpoint.onLoop { $0.disconnect() } }
    }
}
