import Dispatch
import Synchronization

/// A fixed number of threads for calls that block, apart from those that tasks run on.
///
/// The threads end when nobody holds this any more and what was handed over has run.
public final class WorkerThreads: Sendable {
    private let jobs: Jobs

    /// - Parameters:
    ///   - count: At least 1. Where the system gives fewer, there are fewer.
    ///   - name: The threads are called by it and a number; at most 12 bytes.
    /// - Throws: `NoThread` when there is not even one.
    public init(count: Int, name: String) throws(NoThread) {
        precondition(count >= 1, "Work needs a thread")
        jobs = Jobs()
        for number in 0..<count {
            let code = NamedThread.start("\(name)-\(number)") { [jobs] in
                while let job = jobs.next() { job() }
            }
            if code == 0 { continue }
            if number == 0 { throw NoThread(code: code) }
            break
        }
    }

    deinit { jobs.close() }

    /// Runs `body` on the next thread that is free; does not wait for it.
    public func start(_ body: @escaping @Sendable () -> Void) { jobs.add(body) }

    /// Runs `body` on the next thread that is free, and returns what it returned.
    ///
    /// What waits for a thread is taken in the order in which it came.
    ///
    /// - Parameter onCancel: Called when the calling task is cancelled, which `body` may take as a reason to return.
    public func run<Result: Sendable>(
        onCancel: @Sendable () -> Void = {},
        _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        let result = Promise<Result>()
        jobs.add { result.fulfill(body()) }
        return await result.value(onCancel: onCancel)
    }
}

/// The system gives no thread; `code` is an `errno`.
public struct NoThread: Error, Equatable, Sendable {
    public let code: Int32
}

/// Hands work over to threads.
private final class Jobs: Sendable {
    typealias Job = @Sendable () -> Void

    private let waiting = Mutex<[Job]>([])
    /// Counts the jobs that wait, and one more once it is closed.
    private let arrivals = DispatchSemaphore(value: 0)

    func add(_ job: @escaping Job) {
        waiting.withLock { $0.append(job) }
        arrivals.signal()
    }

    /// Blocks until there is a job; `nil` once closed and empty.
    func next() -> Job? {
        arrivals.wait()
        let job = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        // An arrival without a job is the end; it wakes the next thread, which does the same.
        if job == nil { arrivals.signal() }
        return job
    }

    func close() { arrivals.signal() }
}
