import JSON
import Testing

@testable import Chat

@Suite("Messages as servers take them")
struct WireMessagesTests {
    /// Each message in short: role, text, and ids of calls.
    private static func outline(_ messages: [ChatMessage]) -> [String] {
        WireMessages(messages).wire.map { message in
            let calls = (message["tool_calls"]?.elements ?? []).compactMap { $0["id"]?.string }
            let words = [message["role"]?.string, message["tool_call_id"]?.string, message["content"]?.string]
            return (words.compactMap { $0 } + (calls.isEmpty ? [] : ["calls"] + calls)).joined(separator: " ")
        }
    }

    private static func call(_ id: String) -> ChatMessage { .call(ChatCall(id: id, name: "f", arguments: "{}")) }

    @Test("There is one system message, the first, and the user begins")
    func system() {
        #expect(
            Self.outline([.assistant("Hi"), .system("A"), .user("Yes"), .system("B"), .system(" ")])
                == ["system A\n\nB", "user Hello.", "assistant Hi", "user Yes"]
        )
        #expect(Self.outline([]) == ["user Hello."])
        #expect(Self.outline([.system("A")]) == ["system A", "user Hello."])
    }

    @Test("Neighbours of one role are one message, and empty ones none")
    func merged() {
        #expect(
            Self.outline([.user("a"), .user(""), .user("b"), .assistant("c"), .assistant("d"), .user("e")])
                == ["user a\nb", "assistant c\nd", "user e"]
        )
    }

    @Test("Outputs follow their calls at once, wherever they came")
    func outputs() {
        #expect(
            Self.outline([
                .user("a"), .assistant("b"), Self.call("1"), Self.call("2"), .user("c"), .output(callID: "2", "two"),
                .output(callID: "1", "one"), .assistant("d"),
            ]) == ["user a", "assistant b calls 1 2", "tool 1 one", "tool 2 two", "user c", "assistant d"]
        )
    }

    @Test("A call that came after another one's output is a message of its own")
    func steps() {
        #expect(
            Self.outline([
                .user("a"), Self.call("1"), .output(callID: "1", "one"), Self.call("2"), .output(callID: "2", "two"),
            ]) == ["user a", "assistant calls 1", "tool 1 one", "assistant calls 2", "tool 2 two"]
        )
    }

    @Test("A call without an output says so, and an output without a call is left out")
    func missing() {
        #expect(
            Self.outline([.user("a"), Self.call("1"), .output(callID: "9", "nine"), .user("b")])
                == ["user a", "assistant calls 1", "tool 1 \(WireMessages.noOutputYet)", "user b"]
        )
    }

    @Test("Writes a request with all that it may have, and leaves out what is not asked for")
    func request() throws {
        var request = ChatRequest(messages: [.user("a")])
        let bare = WireRequest(request, model: nil, limitName: "max_tokens", extra: [:])
        #expect(Set(bare.members.keys) == ["messages", "stream", "stream_options"])

        request.tools = [
            ChatTool(
                name: "f",
                description: "d",
                parameters: #"{"type":"object","properties":{"x":{"type":"string"}}}"#
            ),
            ChatTool(name: "g"),
        ]
        request.toolChoice = .function("g")
        (request.allowsParallelCalls, request.maximumTokens, request.temperature) = (false, 9, 0.5)
        request.effort = "none"
        let extra: [String: JSONValue] = ["keep_alive": "1h", "temperature": .number(0.1), "stream_options": .null]
        let full = WireRequest(request, model: "m", limitName: "max_completion_tokens", extra: extra)
        let text = String(decoding: full.bytes, as: UTF8.self)
        #expect(
            text == """
                {"keep_alive":"1h","max_completion_tokens":9,"messages":[{"content":"a","role":"user"}],"model":"m",\
                "parallel_tool_calls":false,"reasoning_effort":"none","stream":true,"temperature":0.1,\
                "tool_choice":{"function":{"name":"g"},"type":"function"},"tools":[{"function":{"description":"d",\
                "name":"f","parameters":{"properties":{"x":{"type":"string"}},"type":"object"}},"type":"function"},\
                {"function":{"name":"g","parameters":{"properties":{},"type":"object"}},"type":"function"}]}
                """
        )
    }

    @Test(
        "Names the choice of a tool as OpenAI does, and none without tools",
        arguments: [(ChatToolChoice.auto, nil), (.none, "none"), (.required, "required")]
            as [(ChatToolChoice, JSONValue?)]
    )
    func toolChoice(choice: ChatToolChoice, expected: JSONValue?) {
        let request = ChatRequest(messages: [], tools: [ChatTool(name: "f")], toolChoice: choice)
        #expect(WireRequest(request, model: nil, limitName: "", extra: [:]).members["tool_choice"] == expected)
        let bare = ChatRequest(messages: [], toolChoice: choice)
        #expect(WireRequest(bare, model: nil, limitName: "", extra: [:]).members["tool_choice"] == nil)
    }
}
