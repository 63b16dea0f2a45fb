internal import Synchronization

/// A value that is given once, and that any number of tasks wait for.
public final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case pending([CheckedContinuation<Value, Never>])
        case fulfilled(Value)
    }

    private let state = Mutex(State.pending([]))

    public init() {}

    /// Gives the value; only the first one counts.
    ///
    /// - Returns: Whether this was the first.
    @discardableResult
    public func fulfill(_ value: Value) -> Bool {
        let waiters: [CheckedContinuation<Value, Never>]? = state.withLock { state in
            guard case .pending(let waiters) = state else { return nil }
            state = .fulfilled(value)
            return waiters
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume(returning: value) }
        return true
    }

    /// Waits for the value.
    ///
    /// - Parameter onCancel: Called when the waiting task is cancelled, at once when it was before. The wait goes on until
    ///   there is a value, so this has to lead to one.
    public func value(onCancel: @Sendable () -> Void) async -> Value {
        await withTaskCancellationHandler {
            await value()
        } onCancel: {
            onCancel()
        }
    }

    /// Waits for the value, also in a task that is cancelled.
    public func value() async -> Value {
        await withCheckedContinuation { waiter in
            let given: Value? = state.withLock { state in
                switch state {
                case .fulfilled(let value): return value
                case .pending(let waiters):
                    state = .pending(waiters + [waiter])
                    return nil
                }
            }
            if let given { waiter.resume(returning: given) }
        }
    }
}
