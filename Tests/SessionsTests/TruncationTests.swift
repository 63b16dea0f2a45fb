import Chat
import Testing

@testable import Sessions

@Suite("Truncation of conversations")
struct TruncationTests {
    /// A message of the user of 400 bytes, about 100 tokens.
    private static func create(_ number: Int, bytes: Int = 400) -> ClientCommand {
        let id = "c\(number)"
        let text = "\(number) " + String(repeating: "x", count: bytes - id.utf8.count - "\(number) ".utf8.count)
        return .create(ConversationItem(id: id, content: .message(.user, [.text(text)])), after: nil, eventID: nil)
    }

    /// The numbers of the messages that a model was told of.
    private static func numbers(_ request: ChatRequest) -> [Int] {
        request.messages.compactMap { message in
            guard case .user(let text) = message else { return nil }
            return Int(text.prefix { $0 != " " })
        }
    }

    @Test("Leaves out much at once, and then nothing for a while")
    func retention() {
        var talk = Talk { $0.assistant.truncation = .retention(ratio: 0.5, tokens: 1_000) }
        var beginnings: [Int] = []
        for number in 1...30 {
            talk.writes = [[]]
            talk.handle(Self.create(number))
            talk.handle(.respond(ReplyRequest(), eventID: nil))
            let numbers = talk.asked.last.map(Self.numbers) ?? []
            #expect(numbers.last == number)
            #expect(numbers.count <= 10)
            beginnings.append(numbers.first ?? 0)
        }
        // Ten fit; the eleventh leaves five, so that five more fit before the next cut, which is always six behind.
        #expect(Set(beginnings).sorted() == [1, 7, 13, 19, 25])
        #expect(beginnings == beginnings.sorted())
    }

    @Test("Keeps what the user said last, however small the limit is")
    func last() throws {
        var talk = Talk { $0.assistant.truncation = .retention(ratio: 0, tokens: 1) }
        talk.handle(Self.create(1))
        talk.handle(Self.create(2))
        let call = ChatCall(id: "call", name: "f", arguments: "{}")
        talk.handle(.create(ConversationItem(id: "f", content: .call(call)), after: nil, eventID: nil))
        talk.handle(.create(ConversationItem(id: "o", content: .output(callID: "call", "7")), after: nil, eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        let request = try #require(talk.asked.last)
        #expect(Self.numbers(request) == [2])
        #expect(request.messages.suffix(2) == [.call(call), .output(callID: "call", "7")])
    }

    @Test("Begins anew where the first message was deleted")
    func deleted() throws {
        var talk = Talk { $0.assistant.truncation = .retention(ratio: 0.5, tokens: 1_000) }
        for number in 1...11 { talk.handle(Self.create(number)) }
        talk.writes = [[], []]
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.last.map(Self.numbers) == Array(7...11))
        talk.handle(.delete(itemID: "c7", eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.last.map(Self.numbers) == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11])
    }

    @Test("Fails a response where nothing may be left out, until items are deleted")
    func disabled() {
        var talk = Talk { $0.assistant.truncation = .disabled }
        let bytes = Conversation.maximumLength / 4
        for number in 1...5 { talk.handle(Self.create(number, bytes: bytes)) }
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.isEmpty)
        #expect(talk.replies.map(\.status) == [.failed(Truncation.failure)])
        talk.handle(.delete(itemID: "c2", eventID: nil))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        #expect(talk.asked.map(Self.numbers) == [[1, 3, 4, 5]])
    }

    @Test("Is bounded in memory also where nothing may be left out")
    func bound() {
        var talk = Talk { $0.assistant.truncation = .disabled }
        for number in 1...20 { talk.handle(Self.create(number, bytes: Conversation.maximumLength / 4)) }
        #expect(talk.core.room.conversation.items.count <= 8)
    }

    @Test("Keeps the share that the client chose of the largest limit")
    func ratio() {
        var talk = Talk { $0.assistant.truncation = .retention(ratio: 0.25, tokens: nil) }
        for number in 1...9 { talk.handle(Self.create(number, bytes: Conversation.maximumLength / 8)) }
        #expect(talk.core.room.conversation.items.map(\.id) == ["c8", "c9"])
    }

    @Test("Ends responses with their open parts when the server stops")
    func stopping() {
        var talk = Talk()
        talk.writes = [[.text("Hello there my good friend, how are you doing?")]]
        talk.handle(Self.create(1))
        talk.handle(.respond(ReplyRequest(), eventID: nil))
        var effects: [SessionCore.Effect] = []
        talk.core.stopAnswering(as: .failed(.stopping), into: &effects)
        let told = effects.compactMap { if case .tell(.reply(let event)) = $0 { event } else { nil } }
        guard case .ended(let item, _)? = told.first, case .done(let info)? = told.last else {
            Issue.record("\(told)")
            return
        }
        #expect(item.status == .incomplete)
        #expect(info.status == .failed(.stopping))
        #expect(told.count == 2)
    }
}
