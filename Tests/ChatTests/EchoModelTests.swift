import Testing

@testable import Chat

@Suite("Echo instead of a language model")
struct EchoModelTests {
    private static let tools = [ChatTool(name: "get_weather")]

    @Test("Repeats what the user said last, word by word, and counts words")
    func repeats() async throws {
        let request = ChatRequest(messages: [
            .system("Be brief."), .user("One"), .assistant("One"), .user("two  three\nfour"), .assistant("more"),
        ])
        let (parts, end) = try await EchoModel().answer(request)
        #expect(parts == [.text("two"), .text(" three"), .text(" four")])
        #expect(end == ChatEnd(reason: .complete, usage: ChatUsage(input: 8, output: 3)))
    }

    @Test("Greets where nobody has said anything", arguments: [[], [.system("x")], [.user(" ")]] as [[ChatMessage]])
    func greets(messages: [ChatMessage]) async throws {
        #expect(try await EchoModel().answer(ChatRequest(messages: messages)).parts.text == EchoModel.greeting)
    }

    @Test("Says as many words as it may")
    func limit() async throws {
        let request = ChatRequest(messages: [.user("one two three")], maximumTokens: 2)
        let (parts, end) = try await EchoModel().answer(request)
        #expect(parts.text == "one two")
        #expect(end == ChatEnd(reason: .tokenLimit, usage: ChatUsage(input: 3, output: 2)))
    }

    @Test(
        "Calls a tool when told to",
        arguments: [
            (#"call get_weather {"city": "Bern"}"#, #"{"city": "Bern"}"#), ("Call get_weather.", "{}"),
            ("call GET_WEATHER, please", "{}"), ("call get_weather [1]", "{}"),
        ]
    )
    func calls(text: String, arguments: String) async throws {
        let (parts, _) = try await EchoModel().answer(ChatRequest(messages: [.user(text)], tools: Self.tools))
        #expect(parts.text == "")
        #expect(parts.calls.map(\.name) == ["get_weather"])
        #expect(parts.calls.map(\.arguments) == [arguments])
    }

    @Test("Calls no tool that is not there or not allowed", arguments: ["call me", "call", "recall get_weather"])
    func callsNot(text: String) async throws {
        let request = ChatRequest(messages: [.user(text)], tools: Self.tools)
        #expect(try await EchoModel().answer(request).parts.text == text)
    }

    @Test("Says the output of a call, and makes no call of it")
    func output() async throws {
        let call = ChatCall(id: "1", name: "get_weather", arguments: "{}")
        var request = ChatRequest(
            messages: [.user("call get_weather"), .call(call), .output(callID: "1", "call get_weather")],
            tools: Self.tools
        )
        #expect(try await EchoModel().answer(request).parts == [.text("call"), .text(" get_weather")])
        request.messages.removeLast(2)
        request.toolChoice = .none
        #expect(try await EchoModel().answer(request).parts.text == "call get_weather")
    }

    @Test("Is cancelled with its task")
    func cancelled() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: ChatError.cancelled) { try await EchoModel().answer("one") }
            }
        }
    }
}
