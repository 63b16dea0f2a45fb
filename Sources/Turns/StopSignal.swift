import Synchronization

/// Tells one piece of work to stop.
public final class StopSignal: Sendable {
    private struct State {
        var isGiven = false
        var listener: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    public init() {}

    /// Stops the work, also when it has not begun.
    public func give() {
        state.withLock { state in
            state.isGiven = true
            return state.listener.take()
        }?.resume()
    }

    /// Runs `work`, and cancels it when the signal is given; where it was given before, `work` does not begin.
    ///
    /// Returns when `work` has, since only then its place is free.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        if state.withLock(\.isGiven) { return nil }
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await self.wait()
                return nil
            }
            var value: Value?
            for await outcome in group {
                value = outcome ?? value
                group.cancelAll()
            }
            return value
        }
    }

    /// Returns once the signal is given or the task cancelled.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { listener in
                let isOver = state.withLock { state in
                    if state.isGiven { return true }
                    state.listener = listener
                    return false
                }
                if isOver { listener.resume() }
            }
        } onCancel: {
            give()
        }
    }
}
