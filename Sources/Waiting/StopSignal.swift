internal import Synchronization

/// Tells work to stop, one piece at a time.
public final class StopSignal: Sendable {
    private struct State {
        var isGiven = false
        /// Stops the work that runs.
        var stop: Promise<Void>?
    }

    private let state = Mutex(State())

    public init() {}

    /// Stops the work, also when it has not begun.
    public func give() {
        let stop = state.withLock { state in
            state.isGiven = true
            return state.stop.take()
        }
        stop?.fulfill(())
    }

    /// Runs `work`, and cancels it when the signal is given; where it was given before, `work` does not begin.
    ///
    /// Returns when `work` has, since only then its place is free.
    ///
    /// - Returns: What `work` returned; `nil` when it did not begin.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        let stop = Promise<Void>()
        let isGiven = state.withLock { state in
            if !state.isGiven { state.stop = stop }
            return state.isGiven
        }
        if isGiven { return nil }

        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await stop.value(onCancel: { stop.fulfill(()) })
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
}
