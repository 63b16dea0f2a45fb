import Audio
import Chat
import SpeechDetection
import Testing
import Transcription

@testable import Sessions

@Suite("Answers begun in a pause")
struct DraftTests {
    /// A talk whose turns end after 500 ms, and whose engine is asked after 200 ms.
    static func talk(_ change: (inout SessionSettings) -> Void = { _ in }) -> Talk {
        var talk = Talk {
            $0.turnDetection?.hangover = SampleClock.samples(milliseconds: 500)
            $0.speculatesAfter = SampleClock.samples(milliseconds: 200)
            $0.maximumUtterance = 30 * SampleClock.rate
            $0.assistant.modality = .text
            change(&$0)
        }
        talk.core.engine = EngineCapabilities(canSpeculate: true)
        return talk
    }

    /// Somebody says something, and pauses for 300 ms.
    private static func pausing(_ change: (inout SessionSettings) -> Void = { _ in }) -> Talk {
        var talk = talk(change)
        talk.speech(400)
        talk.silence(300)
        talk.read("hello")
        return talk
    }

    private static func replies(_ talk: borrowing Talk) -> [String] {
        talk.told.compactMap { if case .reply(let event) = $0.event { event.summary } else { nil } }
    }

    @Test("Becomes the answer when the turn ends, and goes on as it comes", arguments: [true, false])
    func used(isWritten: Bool) {
        var talk = Self.pausing()
        #expect(talk.asked.map(\.messages) == [[.user("hello")]])
        talk.write([.text("Well, "), .text("hello ")], ends: isWritten ? .success(ChatEnd(reason: .complete)) : nil)
        #expect(Self.replies(talk).isEmpty)

        talk.silence(300)
        let begun = ["reply r1", "begun i2 in r1 after i1", "text Well, ", "text hello "]
        let ended = ["ended i2 completed Well, hello ", "done r1 completed"]
        if !isWritten {
            #expect(Self.replies(talk) == begun)
            talk.write([])
        }
        #expect(Self.replies(talk) == begun + ended)
        #expect(talk.asked.count == 1)
        #expect(talk.cancelled.isEmpty)
        #expect(talk.core.drafts == SessionCore.Speculations(used: 1, discarded: 0))
    }

    @Test("No speech is made before the turn ends")
    func silent() {
        var talk = Self.pausing { $0.assistant.modality = .audio }
        talk.write([.text("That is good to hear. And now? ")])
        #expect(talk.spoken.isEmpty)
        talk.silence(300)
        #expect(talk.spoken.first == "That is good to hear.")
    }

    @Test("Leaves no trace when the speaker goes on, and the whole turn is answered")
    func resumed() {
        var talk = Self.pausing()
        talk.write([.text("Never told. ")], ends: nil)
        talk.speech(200)
        #expect(talk.cancelled == talk.drafts)
        #expect(talk.core.drafts == SessionCore.Speculations(used: 0, discarded: 1))

        talk.silence(300)
        talk.read("hello again")
        talk.write([.text("Hello. ")])
        talk.silence(300)
        #expect(Self.replies(talk).contains("text Hello. "))
        #expect(!Self.replies(talk).contains { $0.contains("Never") })
        #expect(talk.asked.last?.messages == [.user("hello again")])
        #expect(talk.core.drafts == SessionCore.Speculations(used: 1, discarded: 1))
    }

    @Test("Is not used when the client has changed what the model is to know")
    func changed() {
        var talk = Self.pausing()
        talk.write([.text("Never told. ")])
        let item = ConversationItem(id: "x", content: .message(.system, [.text("Be brief.")]))
        talk.handle(.create(item, after: nil, eventID: nil))
        talk.silence(300)
        #expect(talk.asked.map(\.messages).last == [.system("Be brief."), .user("hello")])
        talk.write([.text("Hello. ")])
        #expect(Self.replies(talk).filter { $0.hasPrefix("text") } == ["text Hello. "])
        #expect(talk.core.drafts == SessionCore.Speculations(used: 0, discarded: 1))
    }

    @Test("Is given up when the client asks for an answer itself, or clears the audio")
    func overtaken() {
        for command in [ClientCommand.respond(ReplyRequest(), eventID: nil), .clear, .commit(eventID: nil), .finish] {
            var talk = Self.pausing()
            talk.handle(command)
            let isUsed = command == .finish
            #expect(talk.cancelled == (isUsed ? [] : talk.drafts))
            #expect(talk.core.drafts.used == (isUsed ? 1 : 0))
        }
    }

    @Test("Is asked for anew when the model failed, or wrote too much, but only once the turn has ended")
    func failed() {
        for isLong in [true, false] {
            var talk = Self.pausing()
            if isLong {
                talk.write([.text(String(repeating: "long ", count: 30_000))], ends: nil)
                #expect(talk.cancelled == talk.drafts)
            } else {
                talk.write([.text("Never told. ")], ends: .failure(.disconnected))
            }
            talk.silence(100)
            #expect(talk.asked.count == 1)
            talk.silence(200)
            #expect(talk.asked.count == 2)
            talk.write([.text("Hello. ")])
            #expect(Self.replies(talk).filter { $0.hasPrefix("text") } == ["text Hello. "])
            #expect(talk.core.drafts == SessionCore.Speculations(used: 0, discarded: 1))
        }
    }

    @Test("Is not begun where it is switched off, or no answer is due")
    func off() {
        #expect(Self.pausing { $0.assistant.speculates = false }.asked.isEmpty)
        #expect(Self.pausing { $0.assistant.createsResponse = false }.asked.isEmpty)
        var wordless = Self.talk()
        wordless.speech(400)
        wordless.silence(300)
        wordless.read("...")
        #expect(wordless.asked.isEmpty)
    }

    @Test("Is not begun while the output of a call is missing")
    func calls() {
        var talk = Self.pausing()
        talk.write([.call(ChatCall(id: "c", name: "f", arguments: "{}"))])
        talk.silence(300)
        talk.speech(400)
        talk.silence(300)
        talk.read("and then")
        #expect(talk.asked.count == 1)
        talk.handle(.create(ConversationItem(id: "o", content: .output(callID: "c", "1")), after: nil, eventID: nil))
        talk.silence(20)
        #expect(talk.asked.count == 2)
    }

    @Test("Of a judged turn, is begun only when it sounds finished")
    func judged() {
        var talk = Self.talk { $0.endOfTurnThreshold = 0.5 }
        var update = SessionUpdate()
        update.turnDetection = .semantic(.auto)
        talk.handle(.update(update))
        talk.speech(400)
        talk.silence(220)
        talk.read("hello")
        talk.judge(0.2)
        #expect(talk.asked.isEmpty)
        talk.speech(400)
        talk.silence(220)
        talk.read("hello you")
        #expect(talk.asked.isEmpty)
        talk.judge(0.9)
        #expect(talk.asked.map(\.messages) == [[.user("hello you")]])
        talk.silence(100)
        #expect(talk.core.drafts.used == 1)
    }

    @Test("Is begun with an interim reading of an engine that does not work ahead")
    func interim() {
        var talk = Self.talk { $0.wantsInterim = true }
        talk.core.engine = EngineCapabilities(canRepeat: true)
        talk.speech(400)
        talk.read("hel")
        talk.silence(300)
        talk.read("hello")
        #expect(talk.asked.map(\.messages) == [[.user("hello")]])
        talk.hears = ["hello"]
        talk.silence(300)
        #expect(talk.core.drafts == SessionCore.Speculations(used: 1, discarded: 0))
        #expect(talk.asked.count == 1)
    }

    @Test("Is begun rarely for a speaker who pauses often, until it would have been of use again")
    func budget() {
        var talk = Self.talk()
        func pause() {
            talk.speech(100)
            talk.silence(300)
            talk.read("so")
        }
        for _ in 0..<8 { pause() }
        #expect(talk.asked.count == 5)
        #expect(talk.cancelled == talk.drafts)

        var turns = 0
        while talk.drafts.count == 5, turns < 50 {
            talk.silence(300)
            talk.write([.text("Yes. ")])
            turns += 1
            pause()
        }
        // Seven of the outcomes were in vain, which two in five of eighteen may be.
        #expect(turns == 11)
        #expect(talk.core.drafts == SessionCore.Speculations(used: 0, discarded: 5))
    }

    @Test("Two in five drafts may be in vain, of the last twenty")
    func share() {
        var budget = DraftBudget()
        for _ in 0..<4 { budget.note(wasUsed: false) }
        #expect(budget.allowsDraft)
        budget.note(wasUsed: false)
        #expect(!budget.allowsDraft)
        for _ in 0..<7 { budget.note(wasUsed: true) }
        #expect(!budget.allowsDraft)
        budget.note(wasUsed: true)
        #expect(budget.allowsDraft)
        for _ in 0..<20 { budget.note(wasUsed: true) }
        for _ in 0..<8 { budget.note(wasUsed: false) }
        #expect(budget.allowsDraft)
        budget.note(wasUsed: false)
        #expect(!budget.allowsDraft)
    }
}
