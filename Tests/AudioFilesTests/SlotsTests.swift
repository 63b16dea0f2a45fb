import Synchronization
import TestSupport
import Testing

@testable import AudioFiles

@Suite("Slots", .timeLimit(.minutes(1)))
struct SlotsTests {
    @Test("Give their capacity away, then in the order of arrival")
    func order() {
        var queue = SlotQueue<String>(capacity: 2, maximumWaiting: 2)
        #expect(queue.arrive(1, "a") == .proceed)
        #expect(queue.arrive(2, "b") == .proceed)
        #expect(queue.arrive(3, "c") == nil)
        #expect(queue.arrive(4, "d") == nil)
        #expect(queue.arrive(5, "e") == .full)
        #expect(queue.leave() == "c")
        #expect(queue.withdraw(3) == nil)
        #expect(queue.withdraw(4) == "d")
        #expect(queue.leave() == nil)
        #expect(queue.arrive(6, "f") == .proceed)
        #expect(queue.arrive(7, "g") == nil)
    }

    @Test("Let no more run at once than there are")
    func bound() async {
        let slots = Slots(capacity: 3, maximumWaiting: 100)
        let crowd = Crowd()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let failure = await Self.failure(slots) {
                        crowd.enter()
                        for _ in 0..<5 { await Task.yield() }
                        crowd.leave()
                    }
                    #expect(failure == nil)
                }
            }
        }
        #expect(crowd.most <= 3)
        #expect(crowd.visits == 50)
    }

    final class Crowd: Sendable {
        private let state = Mutex((now: 0, most: 0, visits: 0))

        var most: Int { state.withLock { $0.most } }
        var visits: Int { state.withLock { $0.visits } }

        func enter() {
            state.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func leave() {
            state.withLock {
                $0.now -= 1
                $0.visits += 1
            }
        }
    }

    @Test("End a wait when its task is cancelled, and refuse when too many wait")
    func cancelled() async {
        let slots = Slots(capacity: 1, maximumWaiting: 1)
        let first = Gate()
        async let held = Self.failure(slots) { await first.wait() }
        await until { first.isWaitedFor }
        let waiting = Task { await Self.failure(slots) {} }
        await until { slots.waiting == 1 }
        #expect(await Self.failure(slots) {} == .busy)
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        #expect(slots.waiting == 0)
        first.open()
        #expect(await held == nil)
        #expect(await Self.failure(slots) {} == nil)
    }

    /// Runs `work` in a slot; what ended it, `nil` when nothing did.
    static func failure(_ slots: Slots, _ work: @Sendable () async -> Void) async -> AudioFileError? {
        do throws(AudioFileError) {
            try await slots.run { () async throws(AudioFileError) in await work() }
            return nil
        } catch { return error }
    }
}
