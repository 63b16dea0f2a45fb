import TestSupport
import Testing
import Waiting

@testable import Transcription

@Suite("Decoding queue", .timeLimit(.minutes(1)))
struct DecodingQueueTests {
    let queue = DecodingQueue()

    @Test("Serves utterances in the order they came")
    func order() async {
        await withTaskGroup(of: Void.self) { group in
            for number in 1...5 {
                group.addTask { [queue] in
                    let answer = await queue.transcript(of: .init(samples: [Int16(number)]))
                    #expect(answer == .success(Transcript(text: "\(number)")))
                }
                await until { queue.waiting == number }
            }
            for number in 1...5 {
                let job = await next()
                #expect(job?.request.samples == [Int16(number)])
                if let job { queue.answer(job.ticket, .success(Transcript(text: "\(number)"))) }
            }
        }
    }

    @Test("Lets a cancelled caller leave before its turn")
    func leaves() async {
        let first = Task { [queue] in await queue.transcript(of: .init(samples: [1])) }
        await until { queue.waiting == 1 }
        let second = Task { [queue] in await queue.transcript(of: .init(samples: [2])) }
        await until { queue.waiting == 2 }
        first.cancel()
        #expect(await first.value == .failure(.cancelled))
        #expect(queue.waiting == 1)
        let job = await next()
        #expect(job?.request.samples == [2])
        if let job { queue.answer(job.ticket, .failure(.engineFailed)) }
        #expect(await second.value == .failure(.engineFailed))
    }

    @Test("Lets a cancelled caller go while its utterance is being decoded")
    func abandons() async throws {
        let caller = Task { [queue] in await queue.transcript(of: .init(samples: [1])) }
        let job = try #require(await next())
        caller.cancel()
        #expect(await caller.value == .failure(.cancelled))
        queue.answer(job.ticket, .success(Transcript(text: "late")))
        #expect(queue.waiting == 0)
    }

    @Test("Takes nothing from a caller that is cancelled already")
    func cancelledBefore() async {
        let caller = Task { [queue] in
            await until { Task.isCancelled }
            return await queue.transcript(of: .init(samples: [1]))
        }
        caller.cancel()
        #expect(await caller.value == .failure(.cancelled))
        #expect(queue.waiting == 0)
    }

    @Test("Ends every thread that waits when it closes", arguments: [1, 3])
    func closes(threads: Int) async {
        let waiting = (0..<threads).map { _ in Task { await next() } }
        queue.close()
        for thread in waiting { #expect(await thread.value == nil) }
    }

    @Test("Serves who has come before it closed")
    func closesAfterServing() async {
        let caller = Task { [queue] in await queue.transcript(of: .init(samples: [1])) }
        await until { queue.waiting == 1 }
        queue.close()
        let job = await next()
        #expect(await next() == nil)
        if let job { queue.answer(job.ticket, .success(Transcript(text: "served"))) }
        #expect(await caller.value == .success(Transcript(text: "served")))
    }

    /// Blocks a thread of its own, not one of the shared pool.
    private func next() async -> DecodingQueue.Line.Job? {
        await withCheckedContinuation { continuation in
            let code = NamedThread.start("test") { [queue] in continuation.resume(returning: queue.next()) }
            #expect(code == 0)
        }
    }
}
