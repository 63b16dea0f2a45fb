import Synchronization
import Waiting

/// Ends the work on one request from outside.
///
/// Once interrupted it stays so: later work does not begin.
final class Interruption: Sendable {
    /// Why the answer is no longer wanted, or cannot be waited for.
    enum Reason: Error, Equatable {
        case clientGone
        case serverStopping
    }

    /// The first reason that was given.
    private let reason = Mutex<Reason?>(nil)
    private let stop = StopSignal()

    func interrupt(_ new: Reason) {
        reason.withLock { $0 = $0 ?? new }
        stop.give()
    }

    /// Runs `work`, and cancels it when interrupted.
    ///
    /// One piece of work runs at a time. A cancelled task counts as a server that stops.
    ///
    /// - Throws: `Reason` when interrupted, else what `work` throws.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let outcome = await stop.run { () async -> Result<Value, any Error> in
            do { return .success(try await work()) } catch { return .failure(error) }
        }
        if case .success(let value) = outcome { return value }
        if let reason = reason.withLock({ $0 }) { throw reason }
        if case .failure(let error) = outcome, !Task.isCancelled { throw error }
        throw Reason.serverStopping
    }
}
