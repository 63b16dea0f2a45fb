import Audio
import Chat
import Testing
import Transcription

@testable import Sessions

@Suite("Items that are spoken")
struct SpokenItemTests {
    private static func audio(_ milliseconds: Int, loudness: Int16 = 8_000) -> ClientCommand {
        .itemAudio(PCM16.bytes([Int16](repeating: loudness, count: milliseconds * 16)))
    }

    private static func create(
        _ id: String,
        _ parts: [ConversationItem.Part] = [.audio(transcript: nil)],
        after place: String? = nil
    ) -> ClientCommand {
        .create(ConversationItem(id: id, content: .message(.user, parts)), after: place, eventID: "mine")
    }

    private static func error(_ talk: borrowing Talk) -> ClientError? {
        talk.told.compactMap { if case .rejected(let error) = $0.event { error } else { nil } }.last
    }

    @Test("Are transcribed, and answered once their words are known")
    func turn() throws {
        var talk = Talk()
        talk.writes = [[.text("Yes.")]]
        talk.handle(Self.audio(500))
        talk.handle(Self.create("a", [.text("Look:"), .audio(transcript: nil)]))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.isEmpty)
        #expect(talk.core.ledger.received == 8_000)
        #expect(talk.core.ledger.open == 8_000)

        talk.transcribe("what is this")
        #expect(talk.asked.map(\.messages) == [[.user("Look: what is this")]])
        let transcribed = talk.told.compactMap { entry -> SessionEvent.Item? in
            if case .transcribed(let item, _) = entry.event { item } else { nil }
        }
        let item = try #require(transcribed.first)
        #expect((item.id, item.contentIndex, item.range) == ("a", 1, 0..<8_000))
        #expect(talk.core.ledger.transcribed == 8_000)
        talk.handle(.retrieve(itemID: "a", eventID: nil))
        guard case .retrieved(let retrieved)? = talk.told.last?.event else {
            Issue.record("\(talk.summary)")
            return
        }
        #expect(retrieved.content == .message(.user, [.text("Look:"), .audio(transcript: "what is this")]))
    }

    @Test("Whose transcript fails are answered without it")
    func failure() {
        var talk = Talk()
        talk.handle(Self.audio(500))
        talk.handle(Self.create("a"))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.fail()
        #expect(talk.told.contains { if case .failed(let item, _) = $0.event { item.id == "a" } else { false } })
        #expect(talk.asked.count == 1)
        #expect(talk.core.ledger.failedCount == 8_000)
    }

    @Test("In which nobody speaks are empty, and no engine is asked")
    func silence() {
        var talk = Talk()
        talk.handle(Self.audio(500, loudness: 0))
        talk.handle(Self.create("a"))
        #expect(talk.openUtterances.isEmpty)
        let texts = talk.told.compactMap { entry -> String? in
            if case .transcribed(_, let transcript) = entry.event { transcript.text } else { nil }
        }
        #expect(texts == [""])
        #expect(talk.core.ledger.count(of: .silence) == 8_000)
    }

    @Test("Come between two utterances without a share in their order")
    func beside() {
        var talk = Talk()
        talk.hears = [nil, "second"]
        talk.handle(.commit(eventID: nil))
        talk.handle(Self.audio(500))
        talk.handle(Self.create("a"))
        talk.speech(400)
        talk.silence(100)
        #expect(
            talk.told.contains { if case .transcribed(_, let text) = $0.event { text.text == "second" } else { false } }
        )
        // The turn is answered when everything before it is known.
        #expect(talk.asked.isEmpty)
        talk.transcribe("first")
        #expect(talk.asked.map(\.messages) == [[.user("first"), .user("second")]])
    }

    @Test("Are refused where their audio is too short or too long, and leave nothing behind", arguments: [99, 1_001])
    func limits(milliseconds: Int) {
        var talk = Talk { $0.maximumCommit = 16_000 }
        talk.handle(Self.audio(milliseconds))
        talk.handle(Self.create("a"))
        #expect(Self.error(talk)?.code == .invalidValue)
        #expect(Self.error(talk)?.eventID == "mine")
        #expect(talk.core.held == 0)
        #expect(talk.core.ledger.received == 0)
        #expect(!talk.told.contains { if case .added = $0.event { true } else { false } })
    }

    @Test("Keep no more audio than a turn may have")
    func bound() {
        var talk = Talk { $0.maximumCommit = 16_000 }
        for _ in 0..<100 { talk.handle(Self.audio(500)) }
        #expect(talk.core.held <= 16_000 + 8_000)
        #expect(talk.core.held > 16_000)
    }

    @Test("That are refused take their audio with them")
    func refused() {
        var talk = Talk()
        talk.handle(Self.audio(500))
        talk.handle(Self.create("a", after: "nobody"))
        #expect(Self.error(talk)?.param == "previous_item_id")
        talk.handle(Self.create("b"))
        #expect(talk.openUtterances.isEmpty)
        #expect(talk.core.held == 0)
    }

    @Test("Slow the client while they wait, and count as cancelled when it leaves")
    func abandoned() {
        var talk = Talk { $0.maximumPending = 8_000 }
        talk.handle(Self.audio(500))
        #expect(talk.core.wantsInput == true)
        talk.handle(Self.create("a"))
        #expect(talk.core.wantsInput == false)
        talk.core.abandon()
        #expect(talk.core.ledger.open == 0)
        #expect(talk.core.ledger.failed == ["cancelled": 8_000])
    }

    @Test("Are awaited at the end of the input")
    func end() {
        var talk = Talk()
        talk.handle(Self.audio(500))
        talk.handle(Self.create("a"))
        talk.handle(.finish)
        #expect(talk.core.isFinished == false)
        talk.transcribe("so")
        #expect(talk.core.isFinished == true)
    }
}
