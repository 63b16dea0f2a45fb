import NIOPosix

/// Threads for long work on whole files, apart from those that answer everyone.
///
/// A task that prefers them runs on them with all its children, from one point of suspension to the next; those that
/// wait take turns.
final class WorkThreads: TaskExecutor {
    private let pool: NIOThreadPool

    /// - Parameter count: How many; at least 1.
    init(count: Int) {
        pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // A pool that has been shut down runs it on the caller's thread, so that every task comes to its end.
        pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Ends the threads when what waits has run.
    func shutdown() { pool.shutdownGracefully { _ in } }
}
