internal import Synchronization

/// Lets a bounded number of tasks proceed at once, first come, first served.
///
/// The queue holds one entry per suspended caller, so callers bound it.
public final class RequestLimit: Sendable {
    private struct State {
        var turns: TurnQueue<UInt64>
        var lastID: UInt64 = 0
        var continuations: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter limit: At least 1.
    public init(_ limit: Int) {
        state = Mutex(State(turns: TurnQueue(limit: limit)))
    }

    /// Tasks that wait for their turn.
    public var waiting: Int { state.withLock { $0.turns.waiting.count } }

    /// Runs `work` when its turn has come.
    ///
    /// - Throws: What `work` throws, or `cancelled` when the task is cancelled before its turn.
    public func run<T, Failure: Error>(
        cancelled: Failure,
        _ work: () async throws(Failure) -> T
    ) async throws(Failure) -> T {
        guard await enter() else { throw cancelled }
        defer { leave() }
        return try await work()
    }

    private func enter() async -> Bool {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasTurn: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    if state.turns.arrive(id) { return true }
                    state.continuations[id] = continuation
                    return nil
                }
                if let hasTurn { continuation.resume(returning: hasTurn) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.turns.withdraw(id) ? state.continuations.removeValue(forKey: id) : nil
            }
            continuation?.resume(returning: false)
        }
    }

    private func leave() {
        let next = state.withLock { state in
            state.turns.leave().flatMap { state.continuations.removeValue(forKey: $0) }
        }
        next?.resume(returning: true)
    }
}
