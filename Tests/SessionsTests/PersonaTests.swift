import Chat
import TestSupport
import Testing

@testable import Sessions

/// A session that plays a character, and what it has kept.
@Suite struct PersonaTests {
    private static let choice = CharacterChoice(character: "ada", instance: "bea")

    private static func persona(greeting: String? = nil, history: [ConversationItem] = []) -> Persona {
        Persona(
            memoryID: "inst_1",
            instructions: "You are Ada.",
            greeting: greeting,
            voice: "slt",
            history: history,
            note: { "\($0.count) texts" }
        )
    }

    /// A session that has been opened for a character, which has been found.
    private static func talk(
        greeting: String? = nil,
        history: [ConversationItem] = [],
        _ change: (inout SessionSettings) -> Void = { _ in }
    ) -> Talk {
        var talk = Talk { settings in
            settings.assistant.character = choice
            change(&settings)
        }
        talk.recall(.success(persona(greeting: greeting, history: history)))
        return talk
    }

    @Test func aSessionBeginsWhenItsCharacterIsFound() {
        var talk = Talk { $0.assistant.character = Self.choice }
        #expect(talk.recalled == [Self.choice])
        #expect(talk.told.isEmpty && !talk.core.wantsInput)
        talk.recall(.success(Self.persona()))
        guard case .created(let settings)? = talk.told.first?.event else {
            Issue.record("nothing was told first")
            return
        }
        #expect(settings.assistant.voice == "slt")
        #expect(talk.core.wantsInput == true)
    }

    @Test func whatWasSaidBeforeIsKnownAndNotTold() {
        let history = [
            ConversationItem(id: "m1", content: .message(.user, [.text("I have a dog.")])),
            ConversationItem(id: "m2", content: .message(.assistant, [.text("What is it called?")])),
        ]
        var talk = Self.talk(history: history)
        talk.hears = ["Rex."]
        talk.writes = [[.text("Nice.")]]
        talk.speech(600)
        talk.silence(1_200)
        let expected: [ChatMessage] = [
            .system("You are Ada."), .user("I have a dog."), .assistant("What is it called?"), .user("[3 texts]"),
            .user("Rex."),
        ]
        #expect(talk.asked.map(\.messages) == [expected])
        #expect(!talk.told.contains { entry in if case .added = entry.event { true } else { false } })
    }

    @Test func aClientsInstructionsFollowTheCharacters() {
        var talk = Self.talk()
        var update = SessionUpdate()
        update.assistant.instructions = "Speak French."
        talk.handle(.update(update))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.first?.messages.first == .system("You are Ada.\n\nSpeak French."))
    }

    @Test func aVoiceThatTheClientNamesCounts() {
        let talk = Self.talk { settings in
            var update = AssistantUpdate()
            update.voice = "awb"
            settings.assistant.apply(update)
        }
        #expect(talk.core.settings.assistant.voice == "awb")
    }

    @Test func bothSidesAreKeptBeforeTheyAreTold() {
        var talk = Self.talk()
        talk.hears = ["Hello."]
        talk.writes = [[.text("Good day.")]]
        talk.speech(600)
        talk.silence(2_000)
        #expect(
            talk.remembered == [
                MemoryEntry(itemID: "i1", speaker: .user, text: "Hello."),
                MemoryEntry(itemID: "i2", speaker: .assistant, text: "Good day."),
            ]
        )
        let user = talk.told.firstIndex { if case .transcribed = $0.event { true } else { false } }
        let answer = talk.told.firstIndex { if case .reply(.done) = $0.event { true } else { false } }
        // How much had been told when each was kept.
        #expect(talk.rememberedAt == [user, answer])
    }

    @Test func theFirstWordsComeByThemselves() {
        var talk = Self.talk(greeting: "Welcome.")
        talk.pass(400)
        #expect(talk.spoken.isEmpty)
        talk.pass(2_000)
        #expect(talk.spoken == ["Welcome."])
        #expect(talk.asked.isEmpty)
        #expect(talk.remembered == [MemoryEntry(itemID: "i1", speaker: .assistant, text: "Welcome.")])
    }

    @Test func theFirstWordsAnswerAClientThatAsks() {
        var talk = Self.talk(greeting: "Welcome.")
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.pass(3_000)
        #expect(talk.spoken == ["Welcome."])
        #expect(talk.asked.isEmpty)
    }

    @Test func whoSpeaksFirstHearsNoFirstWords() {
        var talk = Self.talk(greeting: "Welcome.")
        talk.hears = ["Hello."]
        talk.writes = [[.text("Yes?")]]
        talk.speech(800)
        talk.silence(3_000)
        #expect(talk.spoken == ["Yes?"])
    }

    @Test func aSessionThatWaitsToBeAskedDoesNotSpeakByItself() {
        var talk = Self.talk(greeting: "Welcome.") { $0.assistant.createsResponse = false }
        talk.pass(3_000)
        #expect(talk.spoken.isEmpty)
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.spoken == ["Welcome."])
    }

    @Test func anInterruptionKeepsWhatWasHeard() throws {
        var talk = Self.talk()
        talk.hears = ["Tell me.", "Stop."]
        let story = "It was a long and very dark winter night in the mountains."
        talk.writes = [[.text(story)], [.text("Well.")]]
        talk.speech(600)
        talk.silence(1_500)
        talk.speech(700)
        let kept = try #require(talk.remembered.last)
        #expect(kept.text == story)
        let heard = try #require(kept.heard)
        #expect(!heard.isEmpty && story.hasPrefix(heard) && heard != story)
        #expect(talk.remembered.count { $0.itemID == kept.itemID } == 1)
    }

    @Test func aTruncationCorrectsWhatWasHeard() throws {
        var talk = Self.talk()
        talk.hears = ["Tell me."]
        let story = "It was a long and very dark winter night in the mountains."
        talk.writes = [[.text(story)]]
        talk.speech(600)
        talk.silence(5_000)
        let whole = try #require(talk.remembered.last)
        #expect(whole.heard == nil)
        talk.handle(.truncate(itemID: whole.itemID, milliseconds: 1_000, eventID: nil))
        let cut = try #require(talk.remembered.last)
        #expect(cut.itemID == whole.itemID)
        #expect(cut.heard.map { !$0.isEmpty && story.hasPrefix($0) && $0 != story } == true)
    }

    @Test func aDeletedItemIsForgotten() {
        var talk = Self.talk()
        let item = ConversationItem(id: "x1", content: .message(.user, [.text("Forget me.")]))
        talk.handle(.create(item, after: nil, eventID: nil))
        talk.handle(.delete(itemID: "x1", eventID: nil))
        #expect(talk.remembered.map(\.itemID) == ["x1", "x1"])
        #expect(talk.remembered.map(\.heard) == [nil, ""])
    }

    @Test func anAnswerIsKeptAheadOfWhatIsTypedMeanwhile() throws {
        var talk = Self.talk(greeting: "Hello, I am Ada, and I have much to say.")
        talk.silence(800)
        let item = ConversationItem(id: "x1", content: .message(.user, [.text("Wait.")]))
        talk.handle(.create(item, after: nil, eventID: nil))
        talk.silence(5_000)
        let first = try #require(talk.remembered.first)
        #expect(first.speaker == .assistant && first.heard?.isEmpty == false)
        #expect(talk.remembered.map(\.itemID) == [first.itemID, "x1", first.itemID])
        #expect(talk.remembered.last?.heard == nil)
    }

    @Test func anAnswerBeforeTheUserHasSpokenHasNoNote() {
        var talk = Self.talk()
        talk.writes = [[.text("Hello.")]]
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.map(\.messages) == [[.system("You are Ada.")]])
    }

    @Test func anUnknownCharacterLeavesTheSessionAsItWas() {
        var talk = Talk()
        let before = talk.core.settings
        var update = SessionUpdate()
        update.assistant.character = .some(CharacterChoice(character: "nobody"))
        update.assistant.instructions = "Be brief."
        update.eventID = "e1"
        talk.handle(.update(update))
        #expect(talk.core.wantsInput == false)
        var error = ClientError(.characterNotFound, "There is no such character.")
        talk.recall(.failure(error))
        error.eventID = "e1"
        #expect(talk.told.last?.event == .rejected(error))
        #expect(talk.core.settings == before)
        #expect(talk.core.wantsInput == true)
    }

    @Test func aSessionBeginsWithoutAnUnknownCharacter() {
        var talk = Talk { $0.assistant.character = Self.choice }
        let error = ClientError(.characterNotFound, "There is no such character.")
        talk.recall(.failure(error))
        #expect(talk.told.count == 2 && talk.told.last?.event == .rejected(error))
        #expect(talk.core.settings.assistant.prompt == nil)
        talk.hears = ["Hello."]
        talk.writes = [[.text("Yes?")]]
        talk.speech(600)
        talk.silence(2_000)
        #expect(talk.spoken == ["Yes?"])
        #expect(talk.remembered.isEmpty)
    }

    @Test func aTurnThatEndsMeanwhileWaitsForTheCharacter() {
        var talk = Talk()
        talk.speech(600)
        talk.silence(1_200)
        var update = SessionUpdate()
        update.assistant.character = .some(Self.choice)
        talk.handle(.update(update))
        talk.transcribe("Hello.")
        #expect(talk.asked.isEmpty)
        talk.recall(.success(Self.persona(greeting: "Welcome.")))
        #expect(talk.asked.first?.messages.first == .system("You are Ada."))
    }

    @Test func theSameCharacterIsNotLookedForAgain() {
        var talk = Self.talk()
        var update = SessionUpdate()
        update.assistant.character = .some(Self.choice)
        talk.handle(.update(update))
        #expect(talk.recalled.count == 1)
        guard case .updated? = talk.told.last?.event else {
            Issue.record("the change was not told")
            return
        }
    }

    @Test func aCharacterCanBeTakenAway() {
        var talk = Self.talk()
        var update = SessionUpdate()
        update.assistant.character = .some(nil)
        talk.handle(.update(update))
        #expect(talk.core.settings.assistant.voice == nil)
        talk.hears = ["Hello."]
        talk.speech(600)
        talk.silence(1_200)
        #expect(talk.asked.first?.messages == [.user("Hello.")])
        #expect(talk.remembered.isEmpty)
    }

    @Test func whatIsOutsideTheConversationIsNotKept() {
        var talk = Self.talk()
        talk.writes = [[.text("Aside.")]]
        var request = ReplyRequest()
        request.isOutOfBand = true
        talk.handle(.respond(request, eventID: nil))
        talk.pass(3_000)
        #expect(talk.replies.count == 1)
        #expect(talk.remembered.isEmpty)
    }

    @Test func aFailedWriteIsToldAndTheTalkGoesOn() {
        var talk = Self.talk()
        let error = ClientError(.memoryNotWritten, "The server could not write.")
        talk.failsToRemember = error
        talk.hears = ["Hello."]
        talk.writes = [[.text("Good day.")]]
        talk.speech(600)
        talk.silence(2_000)
        #expect(talk.told.count { $0.event == .rejected(error) } == 2)
        #expect(talk.replies.map(\.status) == [.completed])
    }

    @Test func theEndWaitsForTheCharacter() {
        var talk = Talk { $0.assistant.character = Self.choice }
        talk.close()
        #expect(talk.core.isFinished == false)
        talk.recall(.success(Self.persona(greeting: "Welcome.")))
        #expect(talk.core.isFinished == true)
    }
}
