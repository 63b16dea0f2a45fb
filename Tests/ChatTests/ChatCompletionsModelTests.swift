import BackendHTTP
import HTTPTransfer
import InMemoryLogging
import JSON
import Logging
import TestSupport
import Testing

@testable import Chat

@Suite("Chat completions over HTTP", .timeLimit(.minutes(1)))
struct ChatCompletionsModelTests {
    private static let stream = ScriptedReply.head + ScriptedReply.text("Hi ") + ScriptedReply.text("there.")

    @Test("Asks as OpenAI describes it, and delivers the reply as it comes")
    func reply() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .pieces([ScriptedReply.head, ScriptedReply.text("Hi "), ScriptedReply.text("there."), ScriptedReply.done])
        }
        let model = try ChatCompletionsModel(backend, key: "secret")
        #expect(model.name == "m")
        let delivery = Delivery()
        let task = Task { try await model.reply(to: ChatRequest(messages: [.user("Hello")])) { delivery.take($0) } }
        for count in 0...2 {
            await until { backend.held == 1 }
            await until { delivery.parts.count == count }
            backend.release()
        }
        #expect(try await task.value == ChatEnd(reason: .complete))
        #expect(delivery.parts == [.text("Hi "), .text("there.")])

        let request = try #require(backend.requests.first)
        #expect(request.method == "POST")
        #expect(request.target == "/v1/chat/completions")
        #expect(request.headers["authorization"] == "Bearer secret")
        #expect(request.headers["content-type"] == "application/json")
        let expected = WireRequest(
            ChatRequest(messages: [.user("Hello")]),
            model: "m",
            limitName: "max_tokens",
            extra: [:]
        )
        #expect(request.body == expected.bytes)
    }

    @Test("Reads a completion that comes as one JSON object, with its length or without")
    func object() async throws {
        let body = #"{"choices":[{"message":{"content":"Hi"},"finish_reason":"length"}]}"#
        let backend = try await ScriptedBackend.start { request in
            request.turn == 0
                ? .respond(200, body: body) : .send("HTTP/1.1 200 OK\r\n\r\n" + body, thenClose: true)
        }
        let model = try ChatCompletionsModel(backend)
        for _ in 0..<2 {
            let (parts, end) = try await model.answer("Hello")
            #expect(parts == [.text("Hi")])
            #expect(end == ChatEnd(reason: .tokenLimit))
        }
    }

    @Test("Ends with the last event, though the server keeps the connection")
    func openEnd() async throws {
        let backend = try await ScriptedBackend.start { _ in .send(Self.stream + ScriptedReply.done, thenClose: false) }
        #expect(try await ChatCompletionsModel(backend).answer("Hello").parts.text == "Hi there.")
        await until { backend.open == 0 }
    }

    @Test("A reply that the model has finished is whole, however its connection ends", arguments: [true, false])
    func brokenEnd(isClosed: Bool) async throws {
        let chunk = { (text: String) in String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" }
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let text = chunk(ScriptedReply.text("Hi"))
        let finish = chunk(ScriptedReply.delta("{}", finish: "stop"))
        let backend = try await ScriptedBackend.start { request in
            .send(head + text + (request.target.hasSuffix("cut") ? "" : finish), thenClose: isClosed)
        }
        let model = try ChatCompletionsModel(backend, idle: .milliseconds(100))
        #expect(try await model.answer("Hello").parts == [.text("Hi")])
    }

    @Test("A reply that breaks off is told as such, after what came of it")
    func cut() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + ScriptedReply.text("Hi"), thenClose: true)
        }
        let delivery = Delivery()
        let model = try ChatCompletionsModel(backend)
        await #expect(throws: ChatError.disconnected) {
            try await model.reply(to: ChatRequest(messages: [])) { delivery.take($0) }
        }
        #expect(delivery.parts == [.text("Hi")])
    }

    @Test(
        "A server that says nothing, or no more, is given up",
        arguments: ["", ScriptedReply.head, stream]
    )
    func silence(sent: String) async throws {
        let backend = try await ScriptedBackend.start { _ in .send(sent, thenClose: false) }
        let hasBegun = sent.contains("Hi")
        let model = try ChatCompletionsModel(
            backend,
            firstToken: hasBegun ? .seconds(60) : .milliseconds(150),
            idle: hasBegun ? .milliseconds(150) : .seconds(60)
        )
        await #expect(throws: ChatError.timeout(seconds: 0.15)) { try await model.answer("Hello") }
        await until { backend.open == 0 }
    }

    @Test("Cancelling its task closes the connection at once", arguments: ["", ScriptedReply.head, stream])
    func cancellation(sent: String) async throws {
        let backend = try await ScriptedBackend.start { _ in .send(sent, thenClose: false) }
        let model = try ChatCompletionsModel(backend)
        let delivery = Delivery()
        let task = Task { try await model.reply(to: ChatRequest(messages: [])) { delivery.take($0) } }
        await until { backend.requests.count == 1 && delivery.parts.count == (sent.contains("Hi") ? 2 : 0) }
        task.cancel()
        await #expect(throws: ChatError.cancelled) { try await task.value }
        await until { backend.open == 0 }
    }

    @Test("A reply that never ends is given up at a limit")
    func endless() async throws {
        let long = String(repeating: ScriptedReply.text("more"), count: 10_000)
        let backend = try await ScriptedBackend.start { _ in .send(ScriptedReply.head + long, thenClose: false) }
        let model = try ChatCompletionsModel(backend, responseLimit: 100_000)
        await #expect(throws: ChatError.invalidResponse) { try await model.answer("Hello") }
        await until { backend.open == 0 }
    }

    @Test("A server that cannot be reached, and one that is no server of models")
    func wrong() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, contentType: "text/html", body: "<html>") }
        let model = try ChatCompletionsModel(backend)
        await #expect(throws: ChatError.invalidResponse) { try await model.answer("Hello") }

        let gone = try await ScriptedBackend.start { _ in .close }
        let lost = try ChatCompletionsModel(gone)
        try await gone.stop()
        await #expect(throws: ChatError.unreachable) { try await lost.answer("Hello") }
    }
}

@Suite("Refusals of a language model's server", .timeLimit(.minutes(1)))
struct ChatRefusalTests {
    @Test(
        "Tells the status and the code, never the server's words",
        arguments: [
            (
                401, #"{"error":{"message":"bad key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                "invalid_api_key"
            ),
            (404, #"{"error":{"message":"model not found","type":"not_found_error","code":null}}"#, "not_found_error"),
            (503, #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, "unavailable_error"),
            (400, #"[{"error":{"code":400,"message":"x","status":"INVALID"}}]"#, nil), (500, "plain text", nil),
            (422, #"{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}"#, "missing"),
            (429, "", nil),
        ] as [(Int, String, String?)]
    )
    func status(status: Int, body: String, code: String?) async throws {
        // Later than any answer would count, so that a 503 is not waited for.
        let headers = ["Retry-After: 3600"]
        let backend = try await ScriptedBackend.start { _ in .respond(status, headers: headers, body: body) }
        await #expect(throws: ChatError.status(status, code: code)) {
            try await ChatCompletionsModel(backend).answer("Hello")
        }
    }

    @Test(
        "An error within a stream, or in a whole answer, ends the reply",
        arguments: [
            (ScriptedReply.text("Hi") + "data: {\"error\":{\"message\":\"m\",\"code\":502}}\n\n", 502, nil),
            ("data: {\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}\n\n", 200, "server_error"),
            ("event: error\ndata: {\"error\":\"m\"}\n\n", 200, nil), ("{\"error\":{\"message\":\"m\"}}", 200, nil),
        ] as [(String, Int, String?)]
    )
    func within(body: String, status: Int, code: String?) async throws {
        let backend = try await ScriptedBackend.start { _ in .send(ScriptedReply.head + body, thenClose: true) }
        await #expect(throws: ChatError.status(status, code: code)) {
            try await ChatCompletionsModel(backend).answer("Hello")
        }
    }

    @Test("Uses the other name of the limit of tokens where a server asks for it, and remembers that")
    func limitName() async throws {
        let refusal = """
            {"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. \
            Use 'max_completion_tokens' instead.","code":"unsupported_parameter","param":"max_tokens"}}
            """
        let backend = try await ScriptedBackend.start { request in
            String(decoding: request.body, as: UTF8.self).contains("\"max_tokens\"")
                ? .respond(400, body: refusal)
                : .send(ScriptedReply.head + ScriptedReply.text("Hi") + ScriptedReply.done, thenClose: true)
        }
        let model = try ChatCompletionsModel(backend)
        let request = ChatRequest(messages: [.user("Hello")], maximumTokens: 5)
        for _ in 0..<2 { #expect(try await model.answer(request).parts == [.text("Hi")]) }
        let names = backend.requests.map { request in
            JSONValue(text: String(decoding: request.body, as: UTF8.self))?.members.keys.first { $0.hasPrefix("max_") }
        }
        #expect(names == ["max_tokens", "max_completion_tokens", "max_completion_tokens"])
    }

    @Test(
        "Asks once only where a refusal is about something else, or there is no limit",
        arguments: [5, nil] as [Int?]
    )
    func otherRefusal(limit: Int?) async throws {
        let backend = try await ScriptedBackend.start { _ in
            .respond(400, body: #"{"error":{"message":"\#(limit == nil ? "max_tokens" : "top_p")"}}"#)
        }
        let request = ChatRequest(messages: [], maximumTokens: limit)
        await #expect(throws: ChatError.status(400, code: nil)) {
            try await ChatCompletionsModel(backend).answer(request)
        }
        #expect(backend.requests.count == 1)
    }

    @Test("Logs the server's words without the key")
    func log() async throws {
        let body = #"{"error":{"message":"Incorrect API key provided: sk-secret.","code":"bad_sk-secret"}}"#
        let backend = try await ScriptedBackend.start { _ in .respond(401, body: body) }
        let model = try ChatCompletionsModel(backend, key: " sk-secret\n")
        let handler = InMemoryLogHandler()
        let logger = Logger(label: "test") { _ in handler }
        await withLogger(logger) { _ -> Void in
            _ = await #expect(throws: ChatError.status(401, code: nil)) { try await model.answer("Hello") }
        }
        let entry = try #require(handler.entries.first)
        #expect(entry.level == .warning)
        #expect(entry.metadata["steno.llm.message"] == "Incorrect API key provided: [redacted].")
        #expect(entry.metadata["steno.llm.status"] == "401")
        #expect(!"\(handler.entries)".contains("sk-secret"))
    }

    @Test(
        "Takes base addresses as people write them",
        arguments: [
            ("http://h/v1", "http://h/v1/chat/completions"), ("http://h/v1/", "http://h/v1/chat/completions"),
            (" http://h/v1/chat/completions ", "http://h/v1/chat/completions"),
            ("http://h", "http://h/chat/completions"),
            ("https://h/o?api-version=1", "https://h/o/chat/completions?api-version=1"),
        ]
    )
    func baseURL(base: String, expected: String) throws {
        #expect(try ChatCompletionsModel.Configuration(baseURL: base).access().endpoint.text == expected)
    }

    @Test("Refuses what cannot be used, and shows no password")
    func configuration() {
        typealias Configuration = ChatCompletionsModel.Configuration
        #expect(throws: ChatConfigurationError.access(.badBaseURL("host"))) {
            try Configuration(baseURL: "ftp://user:password@host").validate()
        }
        #expect(throws: ChatConfigurationError.access(.badAPIKey)) {
            try Configuration(baseURL: "http://h", apiKey: "a\u{1}b").validate()
        }
        #expect(throws: ChatConfigurationError.badExtra(reason: "it is not an object")) {
            try Configuration(baseURL: "http://h", extra: "[]").validate()
        }
        #expect(throws: ChatConfigurationError.notPositive) {
            try Configuration(baseURL: "http://h", idleTimeout: .zero).validate()
        }
    }
}
