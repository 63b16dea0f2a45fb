import Testing

@testable import StenoClient

@Suite("Rules of a conversation")
struct ChatConversationTests {
    typealias Effect = ChatConversation.Effect

    static func shown(_ effects: [Effect]) -> String {
        ChatScreenTests.shown(effects.compactMap { if case .show(let output) = $0 { output } else { nil } })
    }

    /// One that was asked something by voice, and answers with a second of speech.
    static func answering() -> ChatConversation {
        var conversation = ChatConversation(settings: ChatSettings())
        for event: ChatEvent in [
            .speechStarted, .speechStopped, .committed(item: "u1"), .heard(item: "u1", transcript: "Hi."),
            .answerStarted(response: "r1"), .saying(response: "r1", delta: "Hello."),
            .speech(item: "b1", [Int16](repeating: 1, count: 24_000)),
        ] { _ = conversation.take(event) }
        return conversation
    }

    @Test("Asks for its settings when the session begins, and is ready when it has them")
    func setup() {
        let settings = ChatSettings(isSpoken: false)
        var conversation = ChatConversation(settings: settings)
        #expect(conversation.take(.created) == [.send(.setup(settings))])
        #expect(conversation.take(.updated) == [.ready])
    }

    @Test("When the user speaks, playback stops and the server is told how much was played")
    func bargeIn() {
        var conversation = Self.answering()
        for _ in 0..<15 { _ = conversation.play(480) }
        let effects = conversation.take(.speechStarted)
        #expect(effects == [.hush, .send(.truncate(item: "b1", milliseconds: 300))])
        #expect(conversation.play(480).samples == [])
        let rest = conversation.take(.answerEnded(response: "r1", .cancelled))
        #expect(rest == [.show(.write(" —\n"))])
    }

    @Test("When the user speaks after all was heard, nothing is cut")
    func speaksLater() {
        var conversation = Self.answering()
        _ = conversation.take(.speechEnded(item: "b1"))
        #expect(Self.shown(conversation.take(.answerEnded(response: "r1", .completed))) == "")
        var effects: [Effect] = []
        for _ in 0..<50 { effects += conversation.play(480).effects }
        #expect(effects == [.show(.write("\n"))])
        #expect(conversation.isIdle)
        #expect(conversation.take(.speechStarted) == [])
    }

    @Test("Is not idle from the user's first word until the answer has been heard")
    func idle() {
        var conversation = ChatConversation(settings: ChatSettings())
        #expect(conversation.isIdle)
        for event: ChatEvent in [
            .speechStarted, .speechStopped, .committed(item: "u1"), .heard(item: "u1", transcript: "Hi."),
            .answerStarted(response: "r1"), .speech(item: "b1", [1, 2]), .speechEnded(item: "b1"),
            .answerEnded(response: "r1", .completed),
        ] {
            _ = conversation.take(event)
            if event != .speechStopped { #expect(!conversation.isIdle, "after \(event)") }
        }
        _ = conversation.play(480)
        #expect(conversation.isIdle)
    }

    @Test("Silence, and what has no transcript, is not waited for")
    func noAnswer() {
        var conversation = ChatConversation(settings: ChatSettings())
        _ = conversation.take(.committed(item: "u1"))
        _ = conversation.take(.heard(item: "u1", transcript: ""))
        #expect(conversation.isIdle)
        #expect(!conversation.hasFailed)
        _ = conversation.take(.committed(item: "u2"))
        let effects = conversation.take(.unheard(item: "u2", .init(message: "Too slow.", code: "late")))
        #expect(Self.shown(effects) == "[What you said has no transcript: Too slow. (late)]")
        #expect(conversation.isIdle)
        #expect(conversation.hasFailed)
    }

    @Test("A failed answer is one line with the server's sentence")
    func failure() {
        var conversation = ChatConversation(settings: ChatSettings(isSpoken: false))
        let typed = conversation.type("Hi.", isShown: true)
        #expect(typed == [.show(.write("Me: Hi.")), .show(.write("\n")), .send(.text("Hi.")), .send(.answer)])
        #expect(!conversation.isIdle)
        _ = conversation.take(.answerStarted(response: "r1"))
        let failure = ChatEvent.Failure(message: "Set LLM.", code: "llm_unavailable")
        let effects = conversation.take(.answerEnded(response: "r1", .failed(failure)))
        #expect(Self.shown(effects) == "[There is no answer: Set LLM. (llm_unavailable)]")
        #expect(conversation.isIdle)
        #expect(conversation.hasFailed)
    }

    @Test("A question that is refused is not waited for; settings that are refused end it; a truncation may be late")
    func refusals() {
        let failure = ChatEvent.Failure(message: "No.", code: nil)
        var conversation = ChatConversation(settings: ChatSettings(isSpoken: false))
        #expect(conversation.take(.refused(failure, cause: RealtimeMessage.Cause.truncation)) == [])
        #expect(!conversation.hasFailed)
        _ = conversation.type("Hi.", isShown: false)
        let effects = conversation.take(.refused(failure, cause: RealtimeMessage.Cause.question))
        #expect(effects == [.show(.report("The server refuses: No."))])
        #expect(conversation.isIdle)
        #expect(conversation.hasFailed)
        #expect(conversation.take(.refused(failure, cause: RealtimeMessage.Cause.setup)).last == .end)
    }

    @Test("Says why an answer is not complete")
    func incomplete() {
        var conversation = ChatConversation(settings: ChatSettings(isSpoken: false))
        _ = conversation.take(.saying(response: "r1", delta: "Hel"))
        let effects = conversation.take(.answerEnded(response: "r1", .incomplete(reason: "max_output_tokens")))
        #expect(Self.shown(effects) == "\n[The answer is not complete: max_output_tokens.]")
    }
}
