import Audio
import Limits
import MetricsTestKit
import Sessions
import SpeechDetection
import TestSupport
import Testing
import Transcription
import Waiting

@Suite("Session", .timeLimit(.minutes(1)))
struct SessionTests {
    @Test("Transcribes what the detector cuts")
    func cuts() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.silence(100), .speech(300), .silence(100))
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answer(0, .success(Transcript(text: "one")))
        }
        #expect(harness.received.map(\.summary) == ["one@100-400"])
        #expect(harness.transcriber.requests[0].samples == [Int16](repeating: 8_000, count: 4_800))
        #expect(harness.session.ledger.transcribed == 4_800)
        #expect(harness.session.ledger.discarded == [.silence: 3_200])
        #expect(harness.session.ledger.open == 0)
    }

    @Test("Keeps audio order when a later utterance is transcribed first")
    func order() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            for length in [200, 300, 400] { await harness.send(.speech(length), .silence(100)) }
            await until { harness.transcriber.waiting == [0, 1, 2] }
            for index in [2, 1, 0] {
                harness.transcriber.answerWithLength(index)
                await until { harness.transcriber.waiting.count == index }
            }
        }
        #expect(harness.received.map(\.summary) == ["3200@0-200", "4800@300-600", "6400@700-1100"])
    }

    @Test("Tells of a failed utterance and goes on")
    func failure() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(200), .silence(100))
            await until { harness.transcriber.waiting == [0] }
            await harness.send(.speech(200), .silence(100))
            await until { harness.transcriber.waiting == [0, 1] }
            harness.transcriber.answer(1, .success(Transcript(text: "fine")))
            harness.transcriber.answer(0, .failure(.backendStatus(500, code: nil)))
        }
        #expect(harness.received.map(\.summary) == ["backend_error!0-200", "fine@300-500"])
        #expect(harness.session.ledger.failed == ["backend_error": 3_200])
    }

    @Test("Answers a client's mistake at once, before a transcript that still waits")
    func mistakes() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(200), .commit(eventID: nil), .invalid(ClientError(.invalidAudio, "No.")))
            await until { harness.received.count == 1 }
            harness.transcriber.answer(0, .success(Transcript(text: "late")))
        }
        #expect(harness.received.map(\.summary) == ["invalid_audio", "late@0-200"])
    }

    @Test("Commits what is buffered, in mid-speech and to the sample")
    func commit() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.silence(50), .speech(205), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answer(0, .success(Transcript(text: "now")))
        }
        #expect(harness.received.map(\.summary) == ["now@50-255"])
    }

    @Test("Answers a commit of too little audio in its turn, and keeps the audio")
    func commitEmpty() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(200), .commit(eventID: nil), .speech(99), .commit(eventID: "e1"))
            await until { harness.transcriber.waiting == [0] }
            await harness.send(.speech(1), .commit(eventID: nil))
            harness.transcriber.answer(0, .success(Transcript(text: "first")))
            await until { harness.transcriber.waiting == [1] }
            harness.transcriber.answer(1, .success(Transcript(text: "second")))
        }
        #expect(
            harness.received.map(\.summary) == ["first@0-200", "input_audio_buffer_commit_empty", "second@200-300"]
        )
        guard case .rejected(let error) = harness.received[1] else { return }
        #expect(error.eventID == "e1")
    }

    @Test("Answers a commit of silence without asking the engine")
    func commitSilence() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            var settings = SessionUpdate()
            var change = TurnDetectionUpdate.Change()
            change.prefixPadding = 3_200
            settings.turnDetection = .on(change)
            await harness.send(.update(settings), .silence(500), .commit(eventID: nil))
        }
        #expect(harness.received.map(\.summary) == ["@290-500"])
        #expect(harness.transcriber.requests.isEmpty)
    }

    @Test("Waits for the commit without turn detection, and cuts at the maximum, and lets the engine hear both sides")
    func manual() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            var update = SessionUpdate()
            update.turnDetection = .off
            await harness.send(.update(update), .speech(300), .silence(400), .speech(800), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [0, 1] }
            harness.transcriber.answerWithLength(0)
            harness.transcriber.answerWithLength(1)
            // Their texts are not alike.
            await until { harness.transcriber.waiting == [2] }
            harness.transcriber.answer(2, .failure(.engineFailed))
        }
        #expect(harness.received.map(\.summary) == ["16000@0-916", "12000@916-1500"])
    }

    @Test("Asks for the seam itself where two texts are not alike, without booking it, and keeps the order")
    func seam() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            var update = SessionUpdate()
            update.turnDetection = .off
            await harness.send(.update(update), .speech(1_500), .commit(eventID: nil), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [0, 1] }
            // Which is which is told by their lengths.
            let texts = harness.transcriber.requests.map {
                $0.samples.count == 16_000 ? "with genetic variants." : "variation who have it"
            }
            for index in [0, 1] { harness.transcriber.answer(index, .success(Transcript(text: texts[index]))) }
            await until { harness.transcriber.waiting == [2] && harness.received.count == 1 }
            #expect(harness.received.map(\.summary) == ["with genetic variants.@0-916"])
            harness.transcriber.answer(2, .success(Transcript(text: "genetic variation who have")))
        }
        let piece = harness.transcriber.requests[2]
        // All of both, as neither is as long as what would be asked for.
        #expect(piece.samples == [Int16](repeating: 8_000, count: 24_000))
        #expect(!piece.wantsWordTimes)
        let outcomes = harness.received.map(\.summary)
        let expected = ["with genetic variants.@0-916", "who have it@916-1500", "input_audio_buffer_commit_empty"]
        #expect(outcomes == expected)
        #expect(harness.session.ledger.transcribed == 24_000)
        let utterances = try harness.metrics.expectCounter("steno_utterances_total", [("outcome", "transcribed")])
        #expect(utterances.values.reduce(0, +) == 2)
    }

    @Test("Drops on clear what is not in an utterance yet")
    func clear() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(300), .clear, .silence(200), .speech(200))
            harness.finish()
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answer(0, .success(Transcript(text: "after")))
        }
        #expect(harness.received.map(\.summary) == ["after@500-700"])
        #expect(harness.session.ledger.discarded[.cleared] == 4_800)
    }

    @Test("Finishes open speech at the end of the stream")
    func endOfStream() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(200), .silence(20))
            harness.finish()
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answer(0, .success(Transcript(text: "last")))
        }
        #expect(harness.received.map(\.summary) == ["last@0-200"])
    }

    @Test("Passes settings to the engine, and leaves the audio out when told to")
    func settings() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            var update = SessionUpdate()
            update.language = "de"
            update.prompt = "Namen"
            update.includesAudio = false
            update.inputFormat = .pcm16(rate: 8_000)
            let audio = PCM16.bytes([Int16](repeating: 8_000, count: 2_400))
            await harness.send(.update(update), .append(audio: audio, rate: nil), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answer(0, .success(Transcript(text: "ja")))
        }
        #expect(harness.transcriber.requests[0].language == "de")
        #expect(harness.transcriber.requests[0].prompt == "Namen")
        #expect(harness.transcriber.requests[0].samples.count == 4_800)
        guard case .transcribed(let item, _) = harness.received.first else {
            Issue.record("No transcript")
            return
        }
        #expect(item.audio == nil)
    }

    /// Three utterances of 200 ms and a bit, and no fourth, are fewer samples than may wait.
    private static var narrow: SessionSettings {
        var settings = SessionHarness.settings
        settings.maximumPending = 12_000
        return settings
    }

    @Test("Takes no more commands while too much audio waits")
    func backPressure() async throws {
        let harness = SessionHarness(settings: Self.narrow)
        try await harness.run { harness in
            await withTaskGroup { group in
                group.addTask {
                    for index in 0..<20 { await harness.send(.speech(200 + index), .commit(eventID: nil)) }
                }
                await until { harness.transcriber.waiting.count == 4 }
                for _ in 0..<1_000 { await Task.yield() }
                #expect(harness.transcriber.waiting.count == 4)
                for index in 0..<20 {
                    await until { harness.transcriber.waiting.contains(index) }
                    #expect(harness.transcriber.waiting.count <= 4)
                    harness.transcriber.answerWithLength(index)
                }
            }
        }
        let lengths = harness.received.map { $0.summary.prefix { $0 != "@" } }
        #expect(lengths == (0..<20).map { "\(16 * (200 + $0))"[...] })
    }

    @Test("Counts a long utterance in the memory budget until it is answered, and takes no audio without room")
    func memory() async throws {
        var settings = SessionHarness.settings
        settings.turnDetection = nil
        settings.maximumCommit = 60 * SampleClock.rate
        let memory = MemoryBudget(limit: 700_000)
        let harness = SessionHarness(settings: settings, memory: memory)
        try await harness.run { harness in
            await harness.send(.speech(20_000), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [0] }
            await until { memory.used == 12 * 32_000 }
            await harness.send(.speech(20_000))
            await until { harness.received.map(\.summary) == ["server_overloaded"] }

            harness.transcriber.answerWithLength(0)
            await until { memory.used == 0 }
            await harness.send(.speech(20_000), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [1] }
            harness.transcriber.answerWithLength(1)
        }
        #expect(harness.received.count == 3)
        #expect(harness.session.ledger.received == 40 * SampleClock.rate)
        #expect(memory.used == 0)
    }

    @Test("Keeps its bound within one message that holds many utterances")
    func oneLargeMessage() async throws {
        let harness = SessionHarness(settings: Self.narrow)
        try await harness.run { harness in
            let speech = [Int16](repeating: 8_000, count: 3_200)
            let silence = [Int16](repeating: 0, count: 1_600)
            let audio = PCM16.bytes((0..<40).flatMap { _ in speech + silence })
            await harness.send(.append(audio: audio, rate: nil))
            for index in 0..<40 {
                await until { harness.transcriber.waiting.contains(index) }
                #expect(harness.transcriber.waiting.count <= 4)
                harness.transcriber.answerWithLength(index)
            }
        }
        #expect(harness.received.map(\.summary) == (0..<40).map { "3200@\(300 * $0)-\(300 * $0 + 200)" })
        #expect(harness.session.ledger.transcribed == 40 * 3_200)
    }

    @Test("Cancels what is being transcribed when its task is cancelled")
    func cancellation() async throws {
        let harness = SessionHarness()
        await withTaskGroup { group in
            group.addTask { await harness.runSession() }
            group.addTask { for await _ in harness.events {} }
            await harness.send(.speech(200), .commit(eventID: nil), .speech(50))
            await until { harness.transcriber.waiting == [0] && harness.session.ledger.received == 4_000 }
            group.cancelAll()
        }
        #expect(harness.transcriber.waiting.isEmpty)
        #expect(harness.session.ledger.failed == ["cancelled": 3_200])
        #expect(harness.session.ledger.discarded == [.disconnected: 800])
        #expect(harness.session.ledger.open == 0)
    }

    @Test("Counts samples and utterances")
    func metrics() async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(200), .silence(100))
            await until { harness.transcriber.waiting == [0] }
            try #expect(harness.metrics.expectMeter("steno_sessions_active").lastValue == 1)
            harness.transcriber.answer(0, .success(Transcript(text: "counted")))
        }
        let received = try harness.metrics.expectCounter("steno_audio_received_samples_total")
        let utterances = try harness.metrics.expectCounter("steno_utterances_total", [("outcome", "transcribed")])
        #expect(received.values.reduce(0, +) == 4_800)
        #expect(utterances.values == [1])
        try #expect(harness.metrics.expectMeter("steno_sessions_active").lastValue == 0)
    }
}
