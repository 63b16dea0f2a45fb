import InMemoryLogging
import Logging
import Synchronization
import TestSupport
import Testing
import Transcription

@Suite("Loading transcriber", .timeLimit(.minutes(1)))
struct LoadingTranscriberTests {
    /// Says how many samples it got; an utterance of 13 fails.
    private struct Counter: Transcriber {
        func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
            if request.samples.count == 13 { throw .engineFailed }
            return Transcript(text: "\(request.samples.count)")
        }
    }

    private struct NoModel: Error, CustomStringConvertible {
        let description = "no model in this folder"
    }

    private let clock = ManualClock()
    private let log = InMemoryLogHandler()
    private let gate = AsyncStream<Void>.makeStream()

    private func transcriber(_ result: Result<Counter, NoModel> = .success(Counter())) -> LoadingTranscriber {
        let (log, gate) = (log, gate.stream)
        return LoadingTranscriber(clock: clock, logger: Logger(label: "test") { _ in log }) {
            for await _ in gate {}
            try Task.checkCancellation()
            return try result.get()
        }
    }

    private func answer(_ engine: LoadingTranscriber, _ count: Int) -> Task<Result<String, TranscriptionError>, Never> {
        Task {
            do throws(TranscriptionError) {
                return .success(try await engine.transcribe(.init(samples: Array(repeating: 1, count: count))).text)
            } catch {
                return .failure(error)
            }
        }
    }

    @Test("Keeps utterances until the engine is there")
    func waits() async {
        let engine = transcriber()
        let answers = (1...3).map { answer(engine, $0) }
        await until { engine.waiting == 3 && clock.sleepers == 3 }
        #expect(engine.state == .loading)
        gate.continuation.finish()
        await engine.run()
        #expect(engine.state == .ready)
        for (index, answer) in answers.enumerated() { #expect(await answer.value == .success("\(index + 1)")) }
        #expect(clock.sleepers == 0)
        #expect(log.entries.isEmpty)
    }

    @Test("Goes straight to an engine that is there")
    func ready() async {
        let engine = transcriber()
        gate.continuation.finish()
        await engine.run()
        #expect(await answer(engine, 5).value == .success("5"))
        #expect(await answer(engine, 13).value == .failure(.engineFailed))
    }

    @Test("Gives each utterance ten seconds of its own")
    func timeout() async {
        let engine = transcriber()
        let first = answer(engine, 1)
        await until { engine.waiting == 1 && clock.sleepers == 1 }
        clock.advance(by: .seconds(4))
        let second = answer(engine, 2)
        await until { engine.waiting == 2 && clock.sleepers == 2 }
        clock.advance(by: .milliseconds(5_999))
        #expect(engine.waiting == 2)
        clock.advance(by: .milliseconds(1))
        #expect(await first.value == .failure(.modelsNotInitialized))
        #expect(engine.waiting == 1)
        #expect(engine.state == .loading)
        gate.continuation.finish()
        await engine.run()
        #expect(await second.value == .success("2"))
        #expect(await answer(engine, 3).value == .success("3"))
    }

    @Test("Fails whoever waits, and whoever comes later, when the load fails")
    func failure() async {
        let engine = transcriber(.failure(NoModel()))
        let early = answer(engine, 1)
        await until { engine.waiting == 1 }
        gate.continuation.finish()
        await engine.run()
        #expect(engine.state == .failed(reason: "no model in this folder"))
        #expect(await early.value == .failure(.modelsNotInitialized))
        #expect(await answer(engine, 2).value == .failure(.modelsNotInitialized))
        #expect(log.entries.map(\.level) == [.error])
        #expect(log.entries.first?.metadata == ["steno.error": "no model in this folder"])
        #expect(clock.sleepers == 0)
    }

    @Test("Lets a cancelled caller go at once, and only that one")
    func cancellation() async {
        let engine = transcriber()
        let answers = (1...3).map { answer(engine, $0) }
        await until { engine.waiting == 3 }
        answers[1].cancel()
        #expect(await answers[1].value == .failure(.cancelled))
        #expect(engine.waiting == 2)
        gate.continuation.finish()
        await engine.run()
        #expect(await answers[0].value == .success("1"))
        #expect(await answers[2].value == .success("3"))
    }

    @Test("Lets a caller go that is cancelled before it asks")
    func cancelledBefore() async {
        let engine = transcriber()
        let task = Task {
            await until { Task.isCancelled }
            return await answerInPlace(engine)
        }
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(engine.waiting == 0 && clock.sleepers == 0)
    }

    private func answerInPlace(_ engine: LoadingTranscriber) async -> TranscriptionError? {
        do throws(TranscriptionError) {
            _ = try await engine.transcribe(.init(samples: [1]))
            return nil
        } catch {
            return error
        }
    }

    @Test("Fails without alarm when the load is cancelled")
    func cancelledLoad() async {
        let engine = transcriber()
        let run = Task { await engine.run() }
        let early = answer(engine, 1)
        await until { engine.waiting == 1 }
        run.cancel()
        await run.value
        #expect(await early.value == .failure(.modelsNotInitialized))
        #expect(log.entries.isEmpty)
    }

    @Test("Loads once")
    func once() async {
        let loads = Atomic(0)
        let engine = LoadingTranscriber(clock: clock) {
            loads.add(1, ordering: .relaxed)
            return Counter()
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { await engine.run() } }
        }
        await engine.run()
        #expect(loads.load(ordering: .relaxed) == 1)
    }
}
