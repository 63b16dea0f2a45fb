import Audio
import Sessions
import SpeechDetection
import TestSupport
import Testing
import Transcription

@Suite("Turns of a session", .timeLimit(.minutes(1)))
struct TurnTests {
    static var settings: SessionSettings {
        var settings = SessionHarness.settings
        settings.rememberedItems = 2
        return settings
    }

    /// Holds enough of a silence for a commit.
    private static var padded: SessionUpdate {
        var change = TurnDetectionUpdate.Change()
        change.prefixPadding = 3_200
        return SessionUpdate(turnDetection: .on(change))
    }

    /// What a session tells of `commands`, in its order, when every utterance is answered with its length at the end.
    ///
    /// - Parameter seams: How often two texts in a row, which are never alike, were cut in speech.
    private func told(_ commands: [ClientCommand], utterances: Int, seams: Int = 0) async throws -> [String] {
        let harness = SessionHarness(settings: Self.settings)
        try await harness.run { harness in
            for command in commands { await harness.send(command) }
            harness.finish()
            await until { harness.transcriber.waiting.count == utterances }
            for index in 0..<utterances { harness.transcriber.answerWithLength(index) }
            for index in utterances..<utterances + seams {
                await until { harness.transcriber.waiting == [index] }
                harness.transcriber.answerWithLength(index)
            }
        }
        return harness.told.map(\.summary)
    }

    @Test("Names an utterance from its first sound to its transcript")
    func turn() async throws {
        let told = try await told([.silence(100), .speech(300), .silence(100)], utterances: 1)
        #expect(
            told == [
                "created", "started 100 item_1", "stopped 400 item_1", "committed 100-400 - item_1", "4800@100-400",
            ]
        )
    }

    @Test("Chains the items")
    func chain() async throws {
        let told = try await told(
            [
                .speech(200), .silence(100), .speech(200), .silence(100), .update(Self.padded), .silence(500),
                .commit(eventID: nil),
            ],
            utterances: 2
        )
        #expect(
            told.filter { $0.hasPrefix("committed") } == [
                "committed 0-200 - item_1", "committed 300-500 item_1 item_2", "committed 890-1100 item_2 item_3",
            ]
        )
    }

    @Test("Looks back on nothing that is gone when the padding grows")
    func growingPadding() async throws {
        var change = TurnDetectionUpdate.Change()
        change.prefixPadding = 32_000
        let told = try await told(
            [
                .silence(10_000), .update(SessionUpdate(turnDetection: .on(change))), .silence(200),
                .commit(eventID: nil),
            ],
            utterances: 0
        )
        #expect(told.last == "@9990-10200")
    }

    @Test("Uses the announced name for a commit in mid-speech, which is no end of speech")
    func commit() async throws {
        let told = try await told([.speech(200), .commit(eventID: nil), .speech(200), .silence(100)], utterances: 2)
        #expect(
            told.filter { !$0.contains("@") } == [
                "created", "started 0 item_1", "committed 0-200 - item_1", "started 200 item_2", "stopped 400 item_2",
                "committed 200-400 item_1 item_2",
            ]
        )
    }

    @Test("Announces what follows a cut at the maximum when it ends, and nothing when only silence follows")
    func maximum() async throws {
        let told = try await told([.speech(1_200), .silence(100)], utterances: 2, seams: 1)
        #expect(
            told.filter { !$0.contains("@") } == [
                "created", "started 0 item_1", "stopped 895 item_1", "committed 0-895 - item_1",
                "started 895 item_2", "stopped 1200 item_2", "committed 895-1200 item_1 item_2",
            ]
        )
        var change = TurnDetectionUpdate.Change()
        change.overlap = 1_280
        var update = SessionUpdate()
        update.turnDetection = .on(change)
        let exact = try await self.told([.update(update), .speech(960), .silence(100)], utterances: 1)
        #expect(
            exact.filter { !$0.contains("@") } == [
                "created", "updated", "started 0 item_1", "stopped 973 item_1", "committed 0-973 - item_1",
            ]
        )
    }

    @Test("Forgets the announced name on clear")
    func clear() async throws {
        let told = try await told([.speech(200), .clear, .speech(200), .silence(100)], utterances: 1)
        #expect(
            told == [
                "created", "started 0 item_1", "cleared", "started 200 item_2", "stopped 400 item_2",
                "committed 200-400 - item_2", "3200@200-400",
            ]
        )
    }

    @Test("Goes on with a turn when settings change in its middle")
    func update() async throws {
        var language = SessionUpdate()
        language.language = "de"
        var silence = SessionUpdate()
        silence.turnDetection = .on(.init())
        let told = try await told(
            [.speech(100), .update(language), .speech(100), .update(silence), .speech(100), .silence(100)],
            utterances: 1
        )
        #expect(
            told == [
                "created", "started 0 item_1", "updated", "updated", "stopped 300 item_1", "committed 0-300 - item_1",
                "4800@0-300",
            ]
        )
    }

    @Test("Has no starts and stops without turn detection, and keeps the audio of a turn that was open")
    func manual() async throws {
        var off = SessionUpdate()
        off.turnDetection = .off
        let told = try await told([.speech(200), .update(off), .silence(300), .commit(eventID: nil)], utterances: 1)
        #expect(
            told == ["created", "started 0 item_1", "updated", "committed 0-500 - item_1", "8000@0-500"]
        )
    }

    @Test("Takes one commit for one item, however long, up to the maximum for commits")
    func longCommit() async throws {
        var settings = Self.settings
        settings.maximumCommit = 48_000
        settings.apply(SessionUpdate(turnDetection: .off))
        let harness = SessionHarness(settings: settings)
        try await harness.run { harness in
            await harness.send(.speech(2_900), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answerWithLength(0)
        }
        #expect(harness.received.map(\.summary) == ["46400@0-2900"])
    }

    @Test("Remembers its last items, with their transcripts once they are there")
    func conversation() async throws {
        let harness = SessionHarness(settings: Self.settings)
        @Sendable func retrieve(_ id: String) -> ClientCommand { .retrieve(itemID: id, eventID: "e") }
        try await harness.run { harness in
            await harness.send(.speech(200), .commit(eventID: nil), retrieve("item_1"))
            await until { harness.transcriber.waiting == [0] }
            harness.transcriber.answer(0, .success(Transcript(text: "first")))
            await until { harness.received.count == 1 }
            await harness.send(retrieve("item_1"))
            for index in 1...2 {
                await harness.send(.speech(200), .commit(eventID: nil))
                await until { harness.transcriber.waiting == [index] }
                harness.transcriber.answerWithLength(index)
            }
            await harness.send(retrieve("item_1"), .delete(itemID: "item_3", eventID: nil), retrieve("item_3"))
            await harness.send(.delete(itemID: "item_3", eventID: nil), .speech(200), .commit(eventID: nil))
            await until { harness.transcriber.waiting == [3] }
            harness.transcriber.answerWithLength(3)
        }
        let told = harness.told.map(\.summary).filter { !$0.contains("@") && !$0.hasPrefix("started") }
        #expect(
            told == [
                "created", "committed 0-200 - item_1", "retrieved - item_1", "retrieved first item_1",
                "committed 200-400 item_1 item_2", "committed 400-600 item_2 item_3",
                "item_retrieve_invalid_item_id", "deleted item_3", "item_retrieve_invalid_item_id",
                "item_delete_invalid_item_id", "committed 600-800 item_2 item_4",
            ]
        )
    }

    @Test("Refuses a commit at once where the protocol wants it")
    func refusal() async throws {
        var settings = Self.settings
        settings.refusesCommitsAtOnce = true
        let harness = SessionHarness(settings: settings)
        try await harness.run { harness in
            await harness.send(.speech(200), .commit(eventID: nil), .commit(eventID: "e"), .clear)
            await until { harness.told.last == .cleared }
            harness.transcriber.answerWithLength(0)
        }
        #expect(
            harness.told.map(\.summary).suffix(3) == ["input_audio_buffer_commit_empty", "cleared", "3200@0-200"]
        )
    }

    @Test("Maps eagerness to silence, and comes back to the server's own")
    func eagerness() {
        var settings = SessionSettings()
        for (eagerness, hangover) in [(Eagerness.low, 32_000), (.medium, 16_000), (.auto, 16_000), (.high, 8_000)] {
            settings.apply(SessionUpdate(turnDetection: .semantic(eagerness)))
            #expect(settings.turnDetection?.hangover == hangover)
            #expect(settings.eagerness == eagerness)
        }
        settings.apply(SessionUpdate(turnDetection: .on(.init())))
        #expect(settings == SessionSettings())
    }
}

extension SessionUpdate {
    fileprivate init(turnDetection: TurnDetectionUpdate) {
        self.init()
        self.turnDetection = turnDetection
    }
}
