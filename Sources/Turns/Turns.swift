internal import Synchronization

/// Lets a bounded number of tasks proceed at once, in an order that is fair to their owners (`FairQueue`).
public final class Turns: Sendable {
    /// Why a task gets no turn.
    public enum Refusal: Error, Equatable {
        /// As many as may wait do so already.
        case full
        /// The task was cancelled before its turn.
        case cancelled
    }

    private typealias Caller = CheckedContinuation<Refusal?, Never>

    private struct State {
        var queue: TurnQueue<Caller>
        var lastTicket: UInt64 = 0
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - limit: How many proceed at once; at least 1.
    ///   - maximumWaiting: How many may wait; the queue holds an entry for each.
    public init(_ limit: Int, maximumWaiting: Int = .max) {
        state = Mutex(State(queue: TurnQueue(limit: limit, maximumWaiting: maximumWaiting)))
    }

    /// Tasks that wait for their turn.
    public var waiting: Int { state.withLock { $0.queue.waitingCount } }

    /// Tasks that proceed now.
    public var active: Int { state.withLock { $0.queue.active } }

    /// Changes how many proceed at once; at least 1.
    ///
    /// Tasks that proceed already go on when it is lowered.
    public func setLimit(_ limit: Int) {
        for caller in state.withLock({ $0.queue.setLimit(limit) }) { caller.resume(returning: nil) }
    }

    /// Runs `work` when its turn has come.
    ///
    /// - Parameters:
    ///   - owner: Whose work it is; without one it is nobody else's.
    ///   - cost: How much work it is, in any unit.
    ///   - failure: What to throw for a refusal.
    /// - Throws: `failure`, and what `work` throws.
    public func run<Result, Failure: Error>(
        owner: UInt64? = nil,
        cost: Int = 1,
        orThrow failure: (Refusal) -> Failure,
        _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        if let refusal = await enter(owner: owner, cost: cost) { throw failure(refusal) }
        defer { state.withLock { $0.queue.leave() }?.resume(returning: nil) }
        return try await work()
    }

    /// Returns when the turn has come, or with the reason why it will not.
    private func enter(owner: UInt64?, cost: Int) async -> Refusal? {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                if Task.isCancelled { return caller.resume(returning: .cancelled) }
                switch state.withLock({ $0.queue.arrive(ticket, caller, owner: owner, cost: cost) }) {
                case .proceed: caller.resume(returning: nil)
                case .full: caller.resume(returning: .full)
                case .wait: if Task.isCancelled { withdraw(ticket) }
                }
            }
        } onCancel: {
            withdraw(ticket)
        }
    }

    private func withdraw(_ ticket: UInt64) {
        state.withLock { $0.queue.withdraw(ticket) }?.resume(returning: .cancelled)
    }
}
