import Glibc
import NIOPosix

/// Threads for long work on whole files, apart from those that answer everyone, and behind them where cores are short.
///
/// A task that prefers them runs on them with all its children, from one point of suspension to the next; those that
/// wait take turns.
final class WorkThreads: TaskExecutor {
    /// Steps of `nice` behind the others: about a third of their share where both want a core.
    private static let niceness: Int32 = 5

    private final class Mark: Sendable {}

    private let pool: NIOThreadPool
    private let lowered = ThreadSpecificVariable<Mark>()

    /// - Parameter count: How many; at least 1.
    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pool.submit { state in
            // A pool that has been shut down runs it on the caller's thread, so that every task comes to its end.
            if state == .active { self.lowerPriority() }
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }

    /// Ends the threads when what waits has run.
    func shutdown() { pool.shutdownGracefully { _ in } }

    /// Once for each thread; Linux takes 0 for the calling thread, not for the process.
    private func lowerPriority() {
        guard lowered.currentValue == nil else { return }
        lowered.currentValue = Mark()
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
    }
}
