import Testing
import Waiting

@Suite("Stop signal", .timeLimit(.minutes(1)))
struct StopSignalTests {
    /// Work that has begun, and goes on until it is cancelled.
    private func begun(under signal: StopSignal) async -> Task<String?, Never> {
        let began = Promise<Void>()
        let work = Task {
            await signal.run {
                began.fulfill(())
                while !Task.isCancelled { await Task.yield() }
                return "stopped"
            }
        }
        await began.value()
        return work
    }

    @Test("Lets work end by itself, and the next begin")
    func unused() async {
        let signal = StopSignal()
        for number in 0..<3 { #expect(await signal.run { number } == number) }
    }

    @Test("Cancels the work that runs, and waits for its end")
    func running() async {
        let signal = StopSignal()
        let work = await begun(under: signal)
        signal.give()
        #expect(await work.value == "stopped")
    }

    @Test("Given before, no work begins")
    func before() async {
        let signal = StopSignal()
        signal.give()
        let value: Int? = await signal.run {
            Issue.record("Began")
            return 1
        }
        #expect(value == nil)
    }

    @Test("Work ends when the task that runs it is cancelled")
    func cancelled() async {
        let signal = StopSignal()
        let work = await begun(under: signal)
        work.cancel()
        #expect(await work.value == "stopped")
    }
}
