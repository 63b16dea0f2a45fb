import Dispatch
import Synchronization
import TestSupport
import Testing
import Waiting

@Suite("Worker threads", .timeLimit(.minutes(1)))
struct WorkerThreadsTests {
    /// What has begun, in order.
    private final class Log: Sendable {
        private let numbers = Mutex<[Int]>([])

        var started: [Int] { numbers.withLock { $0 } }

        func start(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    @Test("Return what the work returned")
    func result() async throws {
        let threads = try WorkerThreads(count: 2, name: "test")
        #expect(await threads.run { 6 * 7 } == 42)
    }

    @Test("Run as much at once as there are threads, and the rest in the order in which it came")
    func order() async throws {
        let threads = try WorkerThreads(count: 2, name: "test")
        let log = Log()
        let release = DispatchSemaphore(value: 0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                group.addTask {
                    await threads.run {
                        log.start(number)
                        release.wait()
                    }
                }
                await until { log.started.count == number + 1 }
            }
            // From one task, so that it is known in which order they come.
            group.addTask { for number in 2..<5 { await threads.run { log.start(number) } } }
            for _ in 0..<100 { await Task.yield() }
            #expect(log.started == [0, 1])
            release.signal()
            await until { log.started.count == 5 }
            #expect(log.started == [0, 1, 2, 3, 4])
            release.signal()
        }
    }

    @Test("Carry their name, and end when nobody holds them")
    func end() async throws {
        var threads: WorkerThreads? = try WorkerThreads(count: 3, name: "leaving")
        await until { Self.leaving.count == 3 }
        #expect(Set(Self.leaving) == ["leaving-0", "leaving-1", "leaving-2"])
        #expect(await threads?.run { 1 } == 1)
        threads = nil
        await until { Self.leaving.isEmpty }
    }

    private static var leaving: [String] { threadNames().filter { $0.hasPrefix("leaving-") } }
}
