internal import Synchronization

/// Lets a bounded number of tasks proceed at once, in an order that is fair to their owners (`FairQueue`).
public final class ConcurrencyLimit: Sendable {
    /// Why a task may not proceed.
    public enum Refusal: Error, Equatable {
        /// As many as may wait do so already.
        case full
        /// The task was cancelled while it waited.
        case cancelled
    }

    /// `nil` lets who waits proceed.
    private typealias Admission = Promise<Refusal?>

    private let state: Mutex<StateMachine<Admission>>

    /// - Parameters:
    ///   - limit: How many proceed at once; at least 1.
    ///   - maximumWaiting: How many may wait; the queue holds an entry for each.
    public init(_ limit: Int, maximumWaiting: Int = .max) {
        state = Mutex(StateMachine(limit: limit, maximumWaiting: maximumWaiting))
    }

    /// Tasks that wait.
    public var waiting: Int { state.withLock { $0.waitingCount } }

    /// Tasks that proceed now.
    public var active: Int { state.withLock { $0.active } }

    /// Runs `work` once it may proceed.
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
        defer { state.withLock { $0.leave() }?.fulfill(nil) }
        return try await work()
    }

    /// Returns when the task may proceed, or with the reason why it may not.
    private func enter(owner: UInt64?, cost: Int) async -> Refusal? {
        if Task.isCancelled { return .cancelled }
        let admission = Admission()
        switch state.withLock({ $0.arrive(admission, owner: owner, cost: cost) }) {
        case .proceed: return nil
        case .full: return .full
        case .wait(let ticket): return await admission.value(onCancel: { withdraw(ticket) })
        }
    }

    private func withdraw(_ ticket: UInt64) {
        state.withLock { $0.withdraw(ticket) }?.fulfill(.cancelled)
    }
}
