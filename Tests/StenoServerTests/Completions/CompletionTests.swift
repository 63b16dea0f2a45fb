import Chat
import Dialects
import JSON
import Sessions
import Synchronization
import Testing

@testable import StenoServer

@Suite("Completions of a prompt")
struct CompletionTests {
    static func value(_ bytes: [UInt8]) throws -> JSONValue { try JSONValue(parsing: bytes.span) }

    static func chat(_ body: String, engine: String? = nil) throws -> JSONValue {
        let fields = try JSONFields(body: Array(body.utf8))
        return try value(try CompletionRequest(fields, engine: engine).chat.body)
    }

    /// An answer in these pieces.
    static func answer(_ pieces: [String], type: String) -> ChatAnswer {
        let rest = Mutex(pieces[...])
        return ChatAnswer(contentType: type) { rest.withLock { $0.popFirst() }.map { Array($0.utf8) } }
    }

    static func translated(_ pieces: [String], type: String) async throws -> String {
        let answer = try await CompletionAnswer(chat: answer(pieces, type: type)).answer()
        return String(decoding: try await answer.whole(limit: .max), as: UTF8.self)
    }

    @Test("Makes the prompt the only message, and leaves out what chats do not have")
    func request() throws {
        let body = #"{"prompt":"Hi","max_tokens":5,"suffix":"x","echo":true,"best_of":2,"logprobs":1,"n":2}"#
        #expect(
            try Self.chat(body, engine: "davinci") == [
                "messages": [["role": "user", "content": "Hi"]], "max_tokens": 5, "n": 2, "model": "davinci",
            ]
        )
        #expect(try Self.chat(#"{"prompt":["Hi"],"model":"m"}"#, engine: "davinci")["model"] == "m")
    }

    @Test(
        "Wants one text",
        arguments: ["{}", #"{"prompt":null}"#, #"{"prompt":["a","b"]}"#, #"{"prompt":[[1]]}"#, #"{"prompt":7}"#]
    )
    func prompt(_ body: String) {
        #expect(throws: ClientError.self) { try Self.chat(body) }
    }

    @Test("Tells each choice's text")
    func whole() async throws {
        let body =
            #"{"id":"c","object":"chat.completion","created":1,"model":"m","usage":{"total_tokens":3},"x":1,"choices":"#
            + #"[{"index":0,"message":{"role":"assistant","content":"A"},"finish_reason":"stop"},"#
            + #"{"index":1,"message":{"content":null},"finish_reason":"length"}]}"#
        let text = try await Self.translated(
            [String(body.prefix(40)), String(body.dropFirst(40))],
            type: "application/json"
        )
        #expect(
            try Self.value(Array(text.utf8)) == [
                "id": "c", "object": "text_completion", "created": 1, "model": "m", "usage": ["total_tokens": 3],
                "choices": [
                    ["text": "A", "index": 0, "logprobs": nil, "finish_reason": "stop"],
                    ["text": "", "index": 1, "logprobs": nil, "finish_reason": "length"],
                ],
            ]
        )
    }

    @Test("Fails where the answer is none", arguments: ["", "{}", "[]", "<html>"])
    func broken(_ body: String) async {
        await #expect(throws: ChatError.invalidResponse) { try await Self.translated([body], type: "application/json") }
    }

    @Test("Translates events wherever they are cut, and passes on the last one and errors", arguments: [1, 7, 1_000])
    func events(_ size: Int) async throws {
        let stream =
            #"data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}"# + "\n\n"
            + #"data: {"id":"c","choices":[{"index":0,"delta":{"content":"A"},"finish_reason":null}]}"# + "\n\n"
            + #"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
            + #"data: {"id":"c","choices":[],"usage":{"total_tokens":3}}"# + "\n\n"
            + #"data: {"error":{"message":"no"}}"# + "\n\n" + "data: [DONE]\n\n"
        let bytes = Array(stream)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { String(bytes[$0..<min($0 + size, bytes.count)]) }
        let text = try await Self.translated(pieces, type: "text/event-stream; charset=utf-8")
        let events = text.split(separator: "\n\n").map { $0.dropFirst("data: ".count) }
        #expect(events.count == 5 && events.last == "[DONE]")
        let values = try events.dropLast().map { try Self.value(Array($0.utf8)) }
        #expect(values.map { $0["choices"]?.elements.first?["text"]?.string } == ["A", "", nil, nil])
        #expect(values[1]["choices"]?.elements.first?["finish_reason"] == "stop")
        #expect(values[2]["usage"]?["total_tokens"] == 3)
        #expect(values[3]["error"]?["message"] == "no")
    }

    @Test("Makes completions of what the echo says, with every character of it")
    func echo() async throws {
        let text = "one  two\tthree"
        let messages: JSONValue = [["role": "system", "content": "x"], ["role": "user", "content": .string(text)]]
        let body: JSONValue = ["messages": messages, "stream": .bool(true), "max_tokens": 2]
        let answer = try await EchoModel().answer(to: try ForwardedRequest(body.text))
        var said = ""
        var last: JSONValue?
        while let piece = try await answer.next() {
            let data = Array(piece.dropFirst("data: ".count).dropLast(2))
            guard let chunk = try? Self.value(data), case .array(let choices)? = chunk["choices"] else { continue }
            said += choices[0]["delta"]?["content"]?.string ?? ""
            last = choices[0]["finish_reason"]
        }
        #expect(said == "one two")
        #expect(last == "length")
    }

    @Test(
        "Names what is wrong with messages",
        arguments: [
            ("{}", "messages"), (#"{"messages":[]}"#, "messages"), (#"{"messages":[1]}"#, "messages[0].role"),
            (#"{"messages":[{"role":"user","content":1}]}"#, "messages[0].content"),
            (#"{"messages":[{"role":"user","content":"x"}],"max_tokens":0}"#, "max_tokens"),
        ]
    )
    func wrong(_ body: String, _ param: String) async throws {
        let request = try ForwardedRequest(Array(body.utf8))
        let error = await #expect(throws: ClientError.self) { try await EchoModel().answer(to: request) }
        #expect(error?.param == param)
    }
}
