import Chat
import Testing

@testable import Sessions

@Suite("Limits of conversations")
struct ReplyLimitTests {
    private static func create(_ id: String, _ text: String) -> ClientCommand {
        .create(ConversationItem(id: id, content: .message(.user, [.text(text)])), after: nil, eventID: nil)
    }

    private static func length(of request: ChatRequest) -> Int {
        request.messages.reduce(0) { length, message in
            guard case .user(let text) = message else { return length }
            return length + text.utf8.count
        }
    }

    @Test("Forgets the oldest items when there is too much in them")
    func conversation() throws {
        var talk = Talk()
        let text = String(repeating: "word ", count: 12_000)
        for number in 1...100 { talk.handle(Self.create("c\(number)", text)) }
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        let request = try #require(talk.asked.first)
        #expect(Self.length(of: request) <= Conversation.maximumLength)
        #expect(Self.length(of: request) > Conversation.maximumLength - 2 * text.utf8.count)
        talk.handle(.retrieve(itemID: "c1", eventID: nil))
        talk.handle(.retrieve(itemID: "c100", eventID: nil))
        let found = talk.told.compactMap { if case .retrieved(let item) = $0.event { item.id } else { nil } }
        #expect(found == ["c100"])
    }

    @Test("Counts what is deleted and replaced no longer")
    func deleted() {
        var talk = Talk()
        let text = String(repeating: "word ", count: 12_000)
        talk.handle(Self.create("first", "short"))
        for number in 1...100 {
            talk.handle(Self.create("c\(number)", text))
            talk.handle(.delete(itemID: "c\(number)", eventID: nil))
        }
        talk.handle(.retrieve(itemID: "first", eventID: nil))
        #expect(talk.told.contains { if case .retrieved = $0.event { true } else { false } })
    }

    @Test("Refuses a context that refers to an item again and again", arguments: [false, true])
    func references(isOutOfBand: Bool) {
        var talk = Talk()
        talk.handle(Self.create("big", String(repeating: "word ", count: 12_000)))
        var request = ReplyRequest()
        request.isOutOfBand = isOutOfBand
        request.input = Array(repeating: .reference("big"), count: 5)
        talk.handle(.respond(request, eventID: "mine"))
        #expect(talk.asked.isEmpty && talk.replies.isEmpty)
        guard case .rejected(let error)? = talk.told.last?.event else {
            Issue.record("\(talk.summary)")
            return
        }
        #expect((error.code, error.param, error.eventID) == (.badResponse, "response.input", "mine"))
        request.input = Array(repeating: .reference("big"), count: 4)
        talk.handle(.respond(request, eventID: nil))
        #expect(talk.asked.count == 1)
    }

    @Test("Breaks off a model that never ends, and keeps what it wrote until then", arguments: [1_000, 1 << 20])
    func endless(size: Int) {
        var talk = Talk { $0.assistant.modality = .text }
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        let model = talk.openReplies
        let part = String(repeating: "a", count: size)
        var written = 0
        while talk.replies.isEmpty, written <= 2 * RunningReply.maximumLength {
            talk.write([.text(part)], ends: nil)
            written += size
        }
        #expect(talk.replies.map(\.status) == [.incomplete(.tokenLimit)])
        #expect(talk.cancelled == model)
        let text = talk.replies.first?.output.first?.text ?? ""
        #expect(text.utf8.count == RunningReply.maximumLength)
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.openReplies.count == 1, "Another response may begin")
    }

    @Test("Cuts no character in two where it breaks off")
    func character() {
        var talk = Talk { $0.assistant.modality = .text }
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        talk.write([.text("a" + String(repeating: "ä", count: RunningReply.maximumLength))], ends: nil)
        let text = talk.replies.first?.output.first?.text ?? ""
        #expect(text.utf8.count == RunningReply.maximumLength - 1)
        #expect(text.allSatisfy { $0 == "a" || $0 == "ä" })
    }
}
