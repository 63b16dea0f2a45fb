import Audio
import Chat
import SpeechSynthesis
import Testing
import Transcription

@testable import Sessions

@Suite("Responses that a client asks for")
struct ReplyTests {
    private static let call = ChatCall(id: "call_1", name: "lookup", arguments: #"{"city":"Bonn"}"#)

    private static func user(_ text: String, id: String = "") -> ConversationItem {
        ConversationItem(id: id, content: .message(.user, [.text(text)]))
    }

    @Test("Waits for the transcripts of what was said before")
    func waits() {
        var talk = Talk { $0.turnDetection = nil }
        talk.speech(400)
        talk.handle(.commit(eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.summary.last == "reply r1")
        #expect(talk.asked.isEmpty)
        talk.transcribe("hello")
        #expect(talk.asked.map(\.messages) == [[.user("hello")]])
    }

    @Test("A commit alone asks for no answer")
    func commit() {
        var talk = Talk()
        talk.hears = ["hello"]
        talk.speech(400)
        talk.handle(.commit(eventID: nil))
        talk.silence(500)
        #expect(talk.summary.contains("hello@0-400"))
        #expect(talk.asked.isEmpty)
    }

    @Test("A commit with too little audio is passed over while turns are detected, and refused while they are not")
    func emptyCommit() {
        var talk = Talk()
        talk.handle(.commit(eventID: nil))
        #expect(talk.summary == ["created"])
        var manual = Talk { $0.turnDetection = nil }
        manual.handle(.commit(eventID: nil))
        #expect(manual.summary.last == "input_audio_buffer_commit_empty")
    }

    @Test("Calls a function while speech goes on, and answers with its output")
    func calls() {
        var talk = Talk()
        talk.writes = [[.text("One moment please, I will look."), .call(Self.call)], [.text("It rains.")]]
        talk.handle(.create(Self.user("weather?"), after: nil, eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.summary.contains(#"ended i3 completed lookup({"city":"Bonn"})"#))
        #expect(talk.replies.isEmpty)
        talk.handle(.create(.init(id: "", content: .output(callID: "call_1", "rain")), after: nil, eventID: nil))
        // While the first only speaks, the next one waits for it.
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.pass(5_000)
        #expect(talk.replies.map(\.status) == [.completed, .completed])
        let expected: [ChatMessage] = [
            .user("weather?"), .assistant("One moment please, I will look."), .call(Self.call),
            .output(callID: "call_1", "rain"),
        ]
        #expect(talk.asked.last?.messages == expected)
        #expect(talk.replies.first?.output.map(\.id) == ["i2", "i3"])
    }

    @Test("Refuses a second response while one is being made")
    func active() {
        var talk = Talk()
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.summary.last == "conversation_already_has_active_response")
        #expect(talk.asked.count == 1)
    }

    @Test("A response outside the conversation runs beside, with its own context, and leaves nothing behind")
    func outOfBand() {
        var talk = Talk()
        talk.writes = [[.text("Fine, and how are you today?")], [.text("greeting")]]
        talk.handle(.create(Self.user("hi", id: "first"), after: nil, eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        var request = ReplyRequest()
        request.isOutOfBand = true
        request.changes.modality = .text
        request.changes.instructions = "Classify."
        request.input = [.reference("first"), .item(Self.user("now"))]
        request.metadata = ["topic": "a"]
        talk.handle(.respond(request, eventID: nil))
        #expect(talk.asked.last?.messages == [.system("Classify."), .user("hi"), .user("now")])
        #expect(talk.replies.map(\.metadata) == [["topic": "a"]])
        #expect(talk.replies.first?.isOutOfBand == true)
        talk.handle(.retrieve(itemID: talk.replies[0].output[0].id, eventID: nil))
        #expect(talk.summary.last == "item_retrieve_invalid_item_id")
        request.input = [.reference("nobody")]
        talk.handle(.respond(request, eventID: nil))
        #expect(talk.summary.last == "bad_response_create")
    }

    @Test("Overrides hold for one response")
    func overrides() {
        var talk = Talk { $0.assistant.instructions = "Be kind." }
        talk.writes = [[.text("a")], [.text("b")]]
        var request = ReplyRequest()
        request.changes.instructions = "Be short."
        request.changes.maximumTokens = 5
        request.changes.modality = .text
        request.input = []
        talk.handle(.create(Self.user("hi"), after: nil, eventID: nil))
        talk.handle(.respond(request, eventID: nil))
        #expect(talk.asked.last?.messages == [.system("Be short.")])
        #expect(talk.asked.last?.maximumTokens == 5)
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.last?.messages == [.system("Be kind."), .user("hi"), .assistant("a")])
        #expect(talk.asked.last?.maximumTokens == nil)
    }

    @Test("Puts items where the client wants them")
    func items() {
        var talk = Talk()
        talk.handle(.create(Self.user("b", id: "b"), after: nil, eventID: nil))
        talk.handle(.create(Self.user("a", id: "a"), after: "", eventID: nil))
        talk.handle(.create(Self.user("ab", id: "ab"), after: "a", eventID: nil))
        #expect(talk.summary.suffix(3) == ["added b - b", "added a - a", "added ab a ab"])
        talk.handle(.create(Self.user("b", id: "b"), after: nil, eventID: nil))
        #expect(talk.summary.last == "item_create_duplicate_item_id")
        talk.handle(.create(Self.user("c", id: "c"), after: "nobody", eventID: nil))
        #expect(talk.summary.last == "invalid_value")
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.last?.messages == [.user("a"), .user("ab"), .user("b")])
    }

    @Test("Forgets the oldest quarter of a conversation that has become too long")
    func retention() {
        var talk = Talk()
        let text = String(repeating: "a", count: 10_000)
        for number in 1...27 { talk.handle(.create(Self.user(text, id: "n\(number)"), after: nil, eventID: nil)) }
        for (number, isKnown) in [(7, false), (8, false), (9, true), (27, true)] {
            talk.handle(.retrieve(itemID: "n\(number)", eventID: nil))
            #expect((talk.summary.last != "item_retrieve_invalid_item_id") == isKnown, "\(number)")
        }
    }

    @Test("A model that fails ends the response, and the session goes on")
    func failures() {
        var talk = Talk()
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.write([], ends: .failure(.notConfigured))
        #expect(
            talk.replies.last?.status == .failed(.init(code: "llm_unavailable", message: "\(ChatError.notConfigured)"))
        )
        #expect(talk.replies.last?.output.isEmpty == true)

        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.write([.text("This is the first sentence. And")], ends: .failure(.timeout(seconds: 10)))
        #expect(talk.replies.last?.output.map(\.status) == [.incomplete])
        guard case .failed(let failure)? = talk.replies.last?.status else {
            Issue.record("It has not failed")
            return
        }
        #expect(failure.code == "llm_timeout")

        talk.speaks = false
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.write([.text("This is the first sentence.")])
        talk.speak(100, ends: .failure(.engineFailed))
        guard case .failed(let failure)? = talk.replies.last?.status else {
            Issue.record("It has not failed")
            return
        }
        #expect(failure.code == "tts_unavailable")
        talk.speaks = true
        talk.writes = [[.text("Well.")]]
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.pass(1_000)
        #expect(talk.replies.last?.status == .completed)
    }

    @Test("A model that says nothing ends with nothing", arguments: [[], [ChatPart.text(" \n")]])
    func nothing(parts: [ChatPart]) {
        var talk = Talk()
        talk.writes = [parts]
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.replies.map(\.status) == [.completed])
        #expect(talk.replies.map(\.output) == [[]])
    }

    @Test("Says why an answer is not whole")
    func incomplete() {
        var talk = Talk { $0.assistant.modality = .text }
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.write([.text("a")], ends: .success(.init(reason: .tokenLimit, usage: .init(input: 3, output: 1))))
        #expect(talk.replies.last?.status == .incomplete(.tokenLimit))
        #expect(talk.replies.last?.usage == ChatUsage(input: 3, output: 1))
    }

    @Test("A turn that cannot be transcribed gets a response that says so")
    func untranscribed() {
        var talk = Talk()
        talk.speech(400)
        talk.silence(100)
        talk.fail()
        guard case .failed(let failure)? = talk.replies.last?.status else {
            Issue.record("It has not failed")
            return
        }
        #expect(failure.code == "transcription_failed")
    }

    @Test("Speaks again when nobody has for a while")
    func idle() {
        var talk = Talk { $0.assistant.idleTimeout = .seconds(3) }
        (talk.hears, talk.writes) = (["hi"], [[.text("Hello you there.")], [.text("Still there?")]])
        talk.speech(400)
        talk.silence(100)
        // 800 ms of speech, then three seconds.
        talk.pass(3_600)
        #expect(talk.asked.count == 1)
        talk.pass(300)
        #expect(talk.asked.count == 2)
        #expect(talk.summary.contains("timed out 500 i3"))
        #expect(talk.summary.contains("committed 500-500 i2 i3"))
        talk.speech(40)
        talk.silence(40)
    }

    @Test("A session that transcribes answers nothing")
    func transcription() {
        var talk = Talk { $0.answers = false }
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.handle(.cancelResponse(id: nil, eventID: nil))
        talk.handle(.truncate(itemID: "i1", milliseconds: 0, eventID: nil))
        talk.handle(.create(Self.user("hi"), after: nil, eventID: nil))
        #expect(
            talk.summary.suffix(4) == [
                "invalid_value", "response_cancel_not_active", "item_truncate_invalid_item_id", "invalid_value",
            ]
        )
        talk.hears = ["hi"]
        talk.speech(400)
        talk.silence(100)
        #expect(talk.asked.isEmpty)
    }

    @Test("A session that stops answering ends what it was saying")
    func switchedOff() {
        var talk = Talk()
        (talk.hears, talk.writes) = (["hi"], [[.text("Hello you there, how are you?")]])
        talk.speech(400)
        talk.silence(100)
        var update = SessionUpdate()
        update.answers = false
        talk.handle(.update(update))
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
        #expect(talk.summary.last == "updated")
    }

    @Test("Ends at once with a client that closes, and answers no more")
    func close() {
        var talk = Talk()
        (talk.hears, talk.writes, talk.speaks) = (["hi", nil], [[.text("Hello you there, how are you?")]], false)
        talk.speech(400)
        talk.silence(100)
        talk.speech(100)
        let cancelled = talk.openSpeech.map(\.id)
        #expect(!cancelled.isEmpty)
        talk.close()
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
        #expect(talk.cancelled == cancelled)
        #expect(talk.core.isFinished == false, "What was said last has no transcript yet")
        talk.transcribe("and you")
        #expect(talk.summary.last == "ended")
        #expect(talk.asked.count == 1)
    }

    @Test("Says what it has begun before it ends with the input")
    func end() {
        var talk = Talk()
        (talk.hears, talk.writes) = (["hi"], [[.text("Hello you there, how are you?")]])
        talk.speech(400)
        talk.handle(.finish)
        #expect(talk.summary.last != "ended")
        talk.pass(5_000)
        #expect(talk.replies.map(\.status) == [.completed])
        #expect(talk.summary.last == "ended")
    }
}
