import Synchronization

/// Ends the work on one request from outside.
///
/// Once interrupted it stays so: later work does not begin.
final class Interruption: Sendable {
    /// Why the answer is no longer wanted, or cannot be waited for.
    enum Reason: Error, Equatable {
        case clientGone
        case serverStopping
    }

    private struct State {
        var reason: Reason?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func interrupt(_ reason: Reason) {
        let cancel = state.withLock { state in
            if state.reason == nil { state.reason = reason }
            return state.cancel.take()
        }
        cancel?()
    }

    /// Runs `work`, and cancels it when interrupted.
    ///
    /// One piece of work runs at a time. A cancelled task counts as a server that stops.
    ///
    /// - Throws: `Reason` when interrupted, else what `work` throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let (signal, end) = AsyncStream<Never>.makeStream()
        let interrupted = state.withLock { state in
            if state.reason == nil { state.cancel = { end.finish() } }
            return state.reason
        }
        if let interrupted { throw interrupted }
        defer { state.withLock { $0.cancel = nil } }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in signal {}
                return nil
            }
            defer { group.cancelAll() }
            do {
                if let value = try await group.next().flatMap({ $0 }) { return value }
            } catch  where !(Task.isCancelled || state.withLock({ $0.reason != nil })) {
                throw error
            } catch {}
            throw state.withLock { $0.reason } ?? .serverStopping
        }
    }
}
