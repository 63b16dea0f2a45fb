import TestSupport
import Testing

@testable import Chat

/// A stream as one kind of server writes it, and what it says.
struct Peculiarity: Sendable, CustomTestStringConvertible {
    var server: String
    var body: String
    var text = ""
    /// Names and arguments.
    var calls: [[String]] = []
    var reason = ChatEnd.Reason.complete
    var usage: ChatUsage?

    var testDescription: String { server }
}

@Suite("Peculiarities of servers")
struct ServerPeculiarityTests {
    @Test("Reads what servers write, however it is cut", arguments: Peculiarity.all)
    func reads(peculiarity: Peculiarity) throws {
        let bytes = Array(peculiarity.body.utf8)
        try Self.check(peculiarity, [bytes])
        try Self.check(peculiarity, bytes.map { [$0] })

        var random = SeededGenerator(seed: UInt64(bytes.count))
        for count in 1...60 {
            let cuts = (0..<(1 + count / 10)).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
            let edges = [0] + cuts + [bytes.count]
            try Self.check(peculiarity, zip(edges, edges.dropFirst()).map { Array(bytes[$0..<$1]) })
        }
    }

    private static func check(_ peculiarity: Peculiarity, _ pieces: [[UInt8]]) throws {
        let (text, calls, end) = try ScriptedReply.parts(pieces)
        #expect(text == peculiarity.text)
        #expect(calls.map { [$0.name, $0.arguments] } == peculiarity.calls)
        #expect(calls.allSatisfy { (1...32).contains($0.id.count) })
        #expect(end == ChatEnd(reason: peculiarity.reason, usage: peculiarity.usage))
    }

    @Test(
        "What is no reply is refused",
        arguments: [
            "", "\n\n", ": comment\n\n", "data: [DONE]\n\n", "<html>Login</html>", "data: garbage\n\n", "data: [1]\n\n",
            "[]", "{}",
            "{\"choices\":", "data: {\"object\":\"x\"}\n\n",
        ]
    )
    func garbage(body: String) {
        let error = #expect(throws: ReplyBody.Failure.self) { try ScriptedReply.parts([Array(body.utf8)]) }
        if case .notAReply = error {} else { Issue.record("\(String(describing: error))") }
    }

    @Test("A call whose arguments are cut is refused, but left out where the tokens ran out")
    func cutCall() throws {
        let call = ScriptedReply.delta(
            #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}}]}"#
        )
        let cut = Array((call + ScriptedReply.delta("{}", finish: "length")).utf8)
        let (_, calls, end) = try ScriptedReply.parts([cut])
        #expect(calls == [])
        #expect(end.reason == .tokenLimit)
        #expect(throws: ReplyBody.Failure.self) {
            try ScriptedReply.parts([Array((call + ScriptedReply.delta("{}", finish: "stop")).utf8)])
        }
    }

    @Test("Comments do not count as a sign of the model")
    func comments() throws {
        let start = ContinuousClock.now
        var body = ReplyBody(firstToken: .seconds(15), idle: .seconds(10), at: start)
        #expect(try body.take(Array(": wait\n\n".utf8), at: start + .seconds(15)) == [])
        #expect(try body.take(Array(ScriptedReply.text("a").utf8), at: start + .seconds(16)) == [.text("a")])
        #expect(try body.take(Array(": wait\n\n".utf8), at: start + .seconds(26)) == [])
        #expect(throws: ReplyBody.Failure.silent(.seconds(10))) {
            try body.take(Array(": wait\n\n".utf8), at: start + .seconds(27))
        }
    }
}

extension Peculiarity {
    private static func delta(_ delta: String, finish: String? = nil) -> String {
        ScriptedReply.delta(delta, finish: finish)
    }

    private static func call(_ arguments: String, index: Int? = 0, id: String? = nil, name: String? = nil) -> String {
        let members =
            (index.map { ["\"index\":\($0)"] } ?? []) + (id.map { ["\"id\":\"\($0)\""] } ?? [])
            + ["\"type\":\"function\""]
        let function = (name.map { ["\"name\":\"\($0)\""] } ?? []) + ["\"arguments\":\(arguments)"]
        let text = members.joined(separator: ",") + ",\"function\":{" + function.joined(separator: ",") + "}"
        return delta("{\"tool_calls\":[{\(text)}]}")
    }

    private static let usage = #"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}"# + "\n\n"

    static let all = text + thinking + tools + whole

    private static let text = [
        Peculiarity(
            server: "OpenAI",
            body: delta(#"{"role":"assistant","content":"","refusal":null}"#) + ScriptedReply.text("Grüß ")
                + ScriptedReply.text("dich.") + delta("{}", finish: "stop")
                + #"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"#
                + #""prompt_tokens_details":{"cached_tokens":5}}}"# + "\n\n" + ScriptedReply.done,
            text: "Grüß dich.",
            usage: ChatUsage(input: 7, cached: 5, output: 3)
        ),
        Peculiarity(
            server: "llama.cpp",
            body: delta(#"{"role":"assistant","content":null}"#) + ScriptedReply.text("Hi")
                + delta("{}", finish: "length")
                + #"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3},"timings":{"cache_n":6}}"#
                + "\n\n" + ScriptedReply.done,
            text: "Hi",
            reason: .tokenLimit,
            usage: ChatUsage(input: 7, cached: 6, output: 3)
        ),
        Peculiarity(
            server: "vLLM: content in the finish chunk, usage in each",
            body:
                #"data: {"choices":[{"index":0,"delta":{"content":"A"}}],"usage":{"prompt_tokens":7,"completion_tokens":1}}"#
                + "\n\n"
                + #"data: {"choices":[{"index":0,"delta":{"content":"B"},"finish_reason":"stop"}],"#
                + #""usage":{"prompt_tokens":7,"completion_tokens":2}}"# + "\n\n" + ScriptedReply.done,
            text: "AB",
            usage: ChatUsage(input: 7, output: 2)
        ),
        Peculiarity(
            server: "Groq",
            body: ScriptedReply.text("Hi")
                + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"#
                + #""x_groq":{"id":"r","usage":{"prompt_tokens":7,"completion_tokens":3}}}"# + "\n\n"
                + ScriptedReply.done,
            text: "Hi",
            usage: ChatUsage(input: 7, output: 3)
        ),
        Peculiarity(
            server: "OpenRouter: comments and empty choices",
            body: ": OPENROUTER PROCESSING\n\n" + "data: {\"choices\":[]}\n\n" + ScriptedReply.text("Hi")
                + ": OPENROUTER PROCESSING\n\n" + usage + ScriptedReply.done,
            text: "Hi",
            usage: ChatUsage(input: 7, output: 3)
        ),
        Peculiarity(server: "Gemini: no finish, no end", body: ScriptedReply.text("Hi"), text: "Hi"),
        Peculiarity(
            server: "CR LF, no space, no last empty line",
            body: "data:{\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\r\n\r\ndata:[DONE]\r\n",
            text: "Hi"
        ),
        Peculiarity(
            server: "Other choices, null members, content in parts",
            body: #"data: {"choices":[{"index":1,"delta":{"content":"no"}}],"usage":null,"error":null}"# + "\n\n"
                + delta(#"{"content":[{"type":"text","text":"yes"}],"tool_calls":null}"#),
            text: "yes"
        ),
        Peculiarity(
            server: "A filter",
            body: delta(#"{"refusal":"I cannot."}"#) + delta("{}", finish: "content_filter"),
            text: "I cannot.",
            reason: .contentFilter
        ),
    ]

    private static let thinking = [
        Peculiarity(
            server: "Thinking beside the text",
            body: delta(#"{"reasoning":"Hm."}"#) + delta(#"{"reasoning_content":"Hm.","content":null}"#)
                + ScriptedReply.text("Yes.") + ScriptedReply.done + "data: after the end\n\n",
            text: "Yes."
        ),
        Peculiarity(
            server: "Thinking within the text",
            body: ScriptedReply.text("<thi") + ScriptedReply.text("nk>Hm.</th") + ScriptedReply.text("ink>\\n\\nYes."),
            text: "Yes."
        ),
        Peculiarity(
            server: "Nothing but thinking",
            body: ScriptedReply.text("<think>Hm, ") + delta("{}", finish: "length"),
            reason: .tokenLimit
        ),
        Peculiarity(
            server: "An empty reply",
            body: delta("{}", finish: "stop") + usage,
            usage: ChatUsage(input: 7, output: 3)
        ),
    ]

    private static let tools = [
        Peculiarity(
            server: "OpenAI: a call token by token",
            body: ScriptedReply.text("Let me see.") + call(#""""#, id: "call_1", name: "weather")
                + call(#""{\"city\"""#) + call(#"":\"Bern\"}""#) + call(#""""#, index: 1, id: "call_2", name: "time")
                + call(#""{}""#, index: 1) + delta("{}", finish: "tool_calls") + ScriptedReply.done,
            text: "Let me see.",
            calls: [["weather", #"{"city":"Bern"}"#], ["time", "{}"]]
        ),
        Peculiarity(
            server: "Ollama: whole calls in one delta",
            body: delta(
                #"{"role":"assistant","content":"","tool_calls":[{"id":"call_a","index":0,"type":"function","function":"#
                    + #"{"name":"f","arguments":"{\"x\":1}"}},{"id":"call_b","index":1,"type":"function","function":"#
                    + #"{"name":"g","arguments":"{}"}}]}"#
            ) + delta(#"{"role":"assistant","content":""}"#, finish: "tool_calls") + ScriptedReply.done,
            calls: [["f", #"{"x":1}"#], ["g", "{}"]]
        ),
        Peculiarity(
            server: "vLLM: stop for a named function",
            body: call(#""{\"x\":1}""#, id: "chatcmpl-tool-0123456789abcdef0123456789abcdef", name: "f")
                + delta("{}", finish: "stop"),
            calls: [["f", #"{"x":1}"#]]
        ),
        Peculiarity(
            server: "A gateway without ids and index, with an object",
            body: call(#"{"x":1}"#, index: nil, name: "f") + call("null", index: nil, id: "", name: "g"),
            calls: [["f", #"{"x":1}"#], ["g", "{}"]]
        ),
    ]

    private static let whole = [
        Peculiarity(
            server: "A whole completion",
            body: """
                 {"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"<think>Hm.</think>Hi","tool_calls":
                [{"id":"a","function":{"name":"f","arguments":""}}]},"finish_reason":"tool_calls"}],
                "usage":{"prompt_tokens":7,"completion_tokens":3}}\r\n
                """,
            text: "Hi",
            calls: [["f", "{}"]],
            usage: ChatUsage(input: 7, output: 3)
        )
    ]
}
