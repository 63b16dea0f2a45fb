import Audio
import InMemoryLogging
import Logging
import TestSupport
import Testing
import Transcription

@Suite("Deadline of an utterance", .timeLimit(.minutes(1)))
struct DeadlineTranscriberTests {
    private let clock = ManualClock()
    private let engine = ScriptedTranscriber()

    private var transcriber: DeadlineTranscriber {
        DeadlineTranscriber(PiecewiseTranscriber(engine), limit: .seconds(120), clock: clock)
    }

    @Test("Gives up whatever is still waiting then, with a warning for each, and keeps what came in time")
    func waiting() async {
        let log = InMemoryLogHandler()
        await withLogger(Logger(label: "test") { _ in log }) { _ in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        await #expect(throws: TranscriptionError.expired(seconds: 120)) {
                            try await transcriber.transcribe(.init(samples: [1]))
                        }
                    }
                }
                await until { engine.waiting.count == 3 && clock.sleepers == 3 }
                clock.advance(by: .seconds(120))
                await group.waitForAll()
            }
        }
        #expect(log.entries.map { $0.metadata["steno.error.code"] } == Array(repeating: "backend_deadline", count: 3))
        #expect(log.entries.allSatisfy { $0.level == .warning })
        await until { engine.waiting.isEmpty }
    }

    @Test("Is one for all pieces of a long utterance, later by as long as that lasts")
    func pieces() async {
        let request = TranscriptionRequest(samples: [Int16](repeating: 1, count: 50 * SampleClock.rate))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: TranscriptionError.expired(seconds: 170)) {
                    try await transcriber.transcribe(request)
                }
            }
            await until { engine.waiting == [0] && clock.sleepers == 1 }
            clock.advance(by: .seconds(169))
            engine.answer(0, .success(Transcript(text: "one")))
            await until { engine.waiting == [1] }
            clock.advance(by: .seconds(1))
            await group.waitForAll()
        }
        #expect(engine.requests.count == 2)
    }

    @Test("Waits a moment longer where the process stood still")
    func standstill() async throws {
        try await withThrowingTaskGroup(of: Transcript.self) { group throws in
            group.addTask { try await transcriber.transcribe(.init(samples: [1])) }
            await until { engine.waiting == [0] && clock.sleepers == 1 }
            clock.advance(by: .seconds(500))
            await until { clock.sleepers == 1 }
            engine.answer(0, .success(Transcript(text: "in time")))
            let transcript = try await group.next()
            #expect(transcript?.text == "in time")
        }
    }
}
