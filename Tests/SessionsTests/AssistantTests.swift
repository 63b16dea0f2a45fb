import Audio
import Chat
import SpeechSynthesis
import Testing
import Transcription

@testable import Sessions

@Suite("Assistant")
struct AssistantTests {
    private static let words = "Hello there my good friend. How are you doing today?"
    private static let answer = [ChatPart.text("Hello there my good friend. "), .text("How are you doing today?")]

    /// A talk in which the assistant has begun to say 2.6 s, of which 1 s has been heard.
    private static func speaking(_ change: (inout SessionSettings) -> Void = { _ in }) -> Talk {
        var talk = Talk(change)
        (talk.hears, talk.writes) = (["hi"], [answer])
        talk.speech(400)
        talk.silence(60)
        talk.silence(1_000)
        return talk
    }

    @Test("Answers a turn: words, speech at its pace, and one end")
    func turn() {
        var talk = Talk()
        (talk.hears, talk.writes) = (["hi"], [Self.answer])
        talk.speech(400)
        talk.silence(100)
        talk.pass(5_000)
        #expect(
            talk.summary == [
                "created", "started 0 i1", "stopped 400 i1", "committed 0-400 - i1", "hi@0-400", "reply r1",
                "begun i2 in r1 after i1", "said Hello", "said  there", "said  my", "said  good", "said  friend.",
                "said  How", "said  are", "said  you", "said  doing", "said  today?",
                "ended i2 completed \(Self.words)",
                "done r1 completed",
            ]
        )
        #expect(talk.sent == 50 * Self.words.count)
        #expect(talk.asked.map(\.messages) == [[.user("hi")]])
    }

    @Test("Sends at most the lead ahead of the playback, and nothing too late")
    func pace() {
        var talk = Talk()
        (talk.hears, talk.writes) = (["hi"], [Self.answer])
        talk.speech(400)
        talk.silence(100)
        let start = talk.told.first { if case .reply(.audio) = $0.event { true } else { false } }?.time ?? 0
        talk.pass(5_000)
        var sent = 0
        for (time, event) in talk.told {
            guard case .reply(.audio(let samples, _)) = event else { continue }
            #expect(sent >= time - start, "The playback ran dry at \(time)")
            sent += samples.count * 1_000 / Talk.rate
            #expect(sent <= time - start + 1_000)
        }
        #expect(talk.told.last?.time == start + 50 * Self.words.count - 1_000)
    }

    @Test("Sends everything at once without a lead")
    func unpaced() {
        var talk = Talk { $0.assistant.lead = .zero }
        (talk.hears, talk.writes) = (["hi"], [Self.answer])
        talk.speech(400)
        talk.silence(60)
        #expect(talk.replies.map(\.status) == [.completed])
        #expect(talk.sent == 50 * Self.words.count)
    }

    @Test("Asks for two pieces of speech at most, and for the next as one has been sent")
    func pieces() {
        var talk = Talk()
        talk.hears = ["hi"]
        talk.speech(400)
        talk.silence(100)
        talk.speaks = false
        let sentences = [
            "One sentence that is long. ", "Another sentence of the kind. ", "The third one of these is here.",
        ]
        talk.write(sentences.map { .text($0) })
        #expect(talk.openSpeech.count == 2)
        talk.speak(3_000)
        #expect(talk.openSpeech.count == 1)
        talk.pass(1_900)
        #expect(talk.openSpeech.count == 1)
        talk.pass(200)
        #expect(talk.spoken.count == 3)
        #expect(talk.spoken.joined() == sentences.joined())
    }

    @Test("Answers in text where that is asked for")
    func text() {
        var talk = Talk { $0.assistant.modality = .text }
        (talk.hears, talk.writes) = (["hi"], [[.text("*Hello*"), .text(" you")]])
        talk.speech(400)
        talk.silence(100)
        #expect(
            talk.summary.suffix(6) == [
                "reply r1", "begun i2 in r1 after i1", "text *Hello*", "text  you", "ended i2 completed *Hello* you",
                "done r1 completed",
            ]
        )
        #expect(talk.spoken.isEmpty)
    }

    @Test("Speech interrupts: no audio follows the line that says so, and what was heard is remembered")
    func bargeIn() {
        var talk = Self.speaking()
        let before = talk.sent
        talk.hears = ["stop"]
        talk.speech(600)
        talk.silence(100)
        let index = talk.told.lastIndex { if case .speechStarted = $0.event { true } else { false } } ?? 0
        #expect(!talk.told[index...].contains { if case .reply(.audio) = $0.event { true } else { false } })
        #expect(talk.replies.map(\.status) == [.cancelled(.turnDetected)])
        #expect(talk.sent - before <= 100)
        #expect(talk.asked.last?.messages == [.user("hi"), .assistant("Hello there my good friend.—"), .user("stop")])
    }

    @Test("A short noise without words does not interrupt, nor does a word that only shows that someone listens")
    func backchannel() {
        for words in ["", "Mhm.", "Yeah, okay."] {
            var talk = Self.speaking()
            talk.hears = [words]
            talk.speech(120)
            talk.silence(100)
            talk.pass(5_000)
            #expect(talk.replies.map(\.status) == [.completed], "\(words)")
            #expect(talk.asked.count == 1)
        }
        var talk = Self.speaking()
        talk.hears = ["stop"]
        talk.speech(120)
        talk.silence(100)
        #expect(talk.replies.map(\.status) == [.cancelled(.turnDetected)])
        #expect(talk.asked.count == 2)
    }

    @Test("Goes on with what was interrupted when nothing was said")
    func resumes() {
        var talk = Self.speaking()
        talk.hears = [""]
        talk.speech(600)
        talk.silence(100)
        talk.pass(5_000)
        #expect(talk.replies.map(\.status) == [.cancelled(.turnDetected), .completed])
        #expect(talk.asked.count == 1)
        let texts = talk.replies.flatMap(\.output).map(\.text)
        #expect(texts.last == " How are you doing today?" || texts.last == "How are you doing today?")
    }

    @Test("Does not answer its own echo")
    func echo() {
        var talk = Self.speaking()
        talk.hears = ["there my good friend"]
        talk.speech(600)
        talk.silence(100)
        #expect(talk.asked.count == 1)

        var open = Self.speaking { $0.assistant.guardsAgainstEcho = false }
        open.hears = ["there my good friend"]
        open.speech(600)
        open.silence(100)
        #expect(open.asked.count == 2)
    }

    @Test(
        "Follows all four combinations of creating and interrupting",
        arguments: [(true, true), (true, false), (false, true), (false, false)]
    )
    func combinations(creates: Bool, interrupts: Bool) {
        var talk = Talk {
            $0.assistant.createsResponse = creates
            $0.assistant.interruptsResponse = interrupts
        }
        (talk.hears, talk.writes) = (["hi", "stop", "so"], [Self.answer, Self.answer])
        talk.speech(400)
        talk.silence(100)
        #expect(talk.asked.count == (creates ? 1 : 0))
        if !creates { talk.handle(.respond(ReplyRequest(), eventID: nil)) }
        talk.silence(1_200)
        talk.speech(600)
        talk.silence(100)
        talk.pass(6_000)
        #expect(talk.replies.first?.status == (interrupts ? .cancelled(.turnDetected) : .completed))
        #expect(talk.asked.count == (creates ? 2 : 1))
        #expect(talk.replies.count == (creates ? 2 : 1))
    }

    @Test("A response that may not be interrupted is not")
    func uninterruptible() {
        var talk = Talk()
        talk.writes = [Self.answer]
        var request = ReplyRequest()
        request.metadata = ["interruptible": "false"]
        talk.handle(.respond(request, eventID: nil))
        talk.silence(1_200)
        talk.hears = ["stop"]
        talk.speech(600)
        talk.silence(100)
        #expect(talk.replies.map(\.status) == [.completed])
    }

    @Test("A truncation ends the response, and what was not heard has not been said")
    func truncation() {
        var talk = Self.speaking()
        talk.handle(.truncate(itemID: "i2", milliseconds: 700, eventID: nil))
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
        #expect(talk.summary.last == "truncated i2 700")
        talk.handle(.retrieve(itemID: "i2", eventID: nil))
        #expect(talk.summary.last == "retrieved Hello there my i2")
        // The smaller counts, and nothing fails.
        talk.handle(.truncate(itemID: "i2", milliseconds: 99_999, eventID: nil))
        #expect(talk.summary.last == "truncated i2 700")
        talk.handle(.truncate(itemID: "i2", milliseconds: 0, eventID: nil))
        talk.handle(.retrieve(itemID: "i2", eventID: nil))
        #expect(talk.summary.last == "retrieved  i2")
        talk.handle(.truncate(itemID: "other", milliseconds: 0, eventID: nil))
        #expect(talk.summary.last == "item_truncate_invalid_item_id")
        talk.writes = [Self.answer]
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.last?.messages == [.user("hi")])
    }

    @Test("A truncation counts no more than can have been heard, also after the response, also of a deleted item")
    func lateTruncation() {
        var talk = Self.speaking()
        talk.pass(1_000)
        #expect(talk.replies.map(\.status) == [.completed])
        talk.handle(.truncate(itemID: "i2", milliseconds: 60_000, eventID: nil))
        #expect(talk.summary.last == "truncated i2 2300")
        talk.handle(.delete(itemID: "i2", eventID: nil))
        talk.handle(.truncate(itemID: "i2", milliseconds: 100, eventID: nil))
        #expect(talk.summary.last == "truncated i2 100")
        talk.handle(.retrieve(itemID: "i2", eventID: nil))
        #expect(talk.summary.last == "item_retrieve_invalid_item_id")
    }

    @Test("A truncation that belongs to the response before is acknowledged and not applied")
    func echoedTruncation() {
        var talk = Talk()
        (talk.hears, talk.writes) = (["hi"], [Self.answer])
        talk.speech(400)
        talk.silence(60)
        talk.pass(40)
        talk.handle(.truncate(itemID: "i2", milliseconds: 4, eventID: nil))
        #expect(talk.summary.last == "truncated i2 4")
        talk.pass(5_000)
        #expect(talk.replies.map(\.status) == [.completed])
    }

    @Test("A truncation ends a response that has just begun when nobody has spoken")
    func earlyTruncation() {
        var talk = Talk()
        talk.writes = [Self.answer]
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.pass(40)
        talk.handle(.truncate(itemID: "i1", milliseconds: 4, eventID: nil))
        #expect(talk.summary.last == "truncated i1 4")
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
    }

    @Test("Deleting the item that is being spoken ends the response, and it does not come back")
    func deletion() {
        var talk = Self.speaking()
        talk.handle(.delete(itemID: "i2", eventID: nil))
        talk.pass(5_000)
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
        talk.handle(.retrieve(itemID: "i2", eventID: nil))
        #expect(talk.summary.last == "item_retrieve_invalid_item_id")
    }

    @Test("Cancels at once, and says so when there is nothing to cancel")
    func cancel() {
        var talk = Talk()
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.openReplies.count == 1)
        talk.handle(.cancelResponse(id: nil, eventID: nil))
        #expect(talk.cancelled.count == 1)
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
        talk.handle(.cancelResponse(id: nil, eventID: "e"))
        guard case .rejected(let error)? = talk.told.last?.event else {
            Issue.record("Nothing was refused")
            return
        }
        #expect(error.code == .responseCancel)
        #expect(error.message.hasPrefix("Cancellation failed: no active response found"))
        #expect(error.eventID == "e")
    }

    @Test("Drops what has not been sent")
    func clearOutput() {
        var talk = Self.speaking()
        talk.handle(.clearOutput(eventID: nil))
        #expect(talk.replies.map(\.status) == [.cancelled(.clientCancelled)])
        #expect(talk.summary.last == "cleared r1")
        #expect(talk.cancelled.isEmpty)
    }
}
