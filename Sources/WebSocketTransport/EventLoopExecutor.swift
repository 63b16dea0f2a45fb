import NIOConcurrencyHelpers
import NIOCore

/// Runs connections' tasks on the event loop that owns their channels, so that a message crosses no threads.
///
/// The connections of a loop share one executor. NIO looks at sockets only when no task is left to run, so jobs run for
/// ``slice`` at most, and then the loop's other work has its turn.
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var jobs = CircularBuffer<UnownedJob>()
        /// Whether a turn is under way or asked for.
        var isScheduled = false
    }

    /// How long jobs run before sockets are looked at again.
    static let slice = TimeAmount.milliseconds(1)

    /// Loops live as long as the process, and so do their executors.
    private static let executors = NIOLockedValueBox<[ObjectIdentifier: EventLoopExecutor]>([:])

    private let eventLoop: any EventLoop
    private let state = NIOLockedValueBox(State())

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// The one executor of a loop.
    static func shared(by eventLoop: any EventLoop) -> EventLoopExecutor {
        executors.withLockedValue { executors in
            let id = ObjectIdentifier(eventLoop)
            if let executor = executors[id] { return executor }
            let executor = EventLoopExecutor(eventLoop)
            executors[id] = executor
            return executor
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLockedValue { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { eventLoop.execute { self.takeTurn() } }
    }

    private func takeTurn() {
        let end = NIODeadline.now() + Self.slice
        while let job = nextJob() {
            job.runSynchronously(on: asUnownedTaskExecutor())
            guard NIODeadline.now() < end else {
                // A task that is due later, however little, waits until sockets have been looked at.
                eventLoop.scheduleTask(in: .microseconds(20)) { self.takeTurn() }
                return
            }
        }
    }

    /// The next job; without one the turn is over.
    private func nextJob() -> UnownedJob? {
        state.withLockedValue { state in
            let job = state.jobs.popFirst()
            state.isScheduled = job != nil
            return job
        }
    }
}
