import Backends
import HTTPTransfer
import TestSupport
import Testing

@testable import Chat

@Suite("Pool of language models", .timeLimit(.minutes(1)))
struct PooledLanguageModelTests {
    private static let reply =
        ScriptedReply.head + ScriptedReply.text("Hi") + ScriptedReply.delta("{}", finish: "stop") + ScriptedReply.done
    private static let well = ScriptedBackend.Answer.send(reply, thenClose: true)

    static let faults =
        ScriptedFault.everywhere + [
            ScriptedFault(
                name: "cut before the first token",
                answer: .send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + ScriptedReply.delta(#"{"role":"assistant"}"#),
                    thenClose: true
                ),
                label: "disconnected"
            ),
            ScriptedFault(
                name: "garbage",
                answer: .respond(200, contentType: "text/html", body: "<html>"),
                label: "invalid_response"
            ),
            ScriptedFault(
                name: "an error for an answer",
                answer: .respond(200, body: #"{"error":{"message":"overloaded","code":503}}"#),
                label: "status_5xx"
            ),
            ScriptedFault(name: "no HTTP", answer: .send("hello\r\n", thenClose: true), label: "invalid_response"),
        ]

    @Test("What fails before the first token is asked elsewhere at once, and nobody sees it", arguments: faults)
    func failover(fault: ScriptedFault) async throws {
        let faulty = try await ScriptedBackend.start { _ in fault.answer }
        let other = try await ScriptedBackend.start { _ in Self.well }
        try await withPool([faulty, other]) { model in
            for _ in 0..<6 {
                let (parts, end) = try await model.answer("Hello")
                #expect(parts == [.text("Hi")])
                #expect(end.reason == .complete)
            }
            let report = model.report
            #expect(Set(report[0].tally.failed.keys) == [fault.label])
            #expect((report[1].tally.answered, report[1].tally.failed) == (6, [:]))
            #expect(report.allSatisfy { $0.inFlight == 0 })
        }
        #expect((1...4).contains(faulty.requests.count))
    }

    @Test("A server that hangs before the first token is left for another one, which is used from then on")
    func hanging() async throws {
        let faulty = try await ScriptedBackend.start { _ in .hold(Self.well) }
        let other = try await ScriptedBackend.start { _ in Self.well }
        // A third of it is waited for while nothing is known of the others.
        try await withPool([faulty, other], firstToken: .milliseconds(600)) { model in
            for _ in 0..<4 {
                let parts = try await model.answer("Hello").parts
                #expect(parts == [.text("Hi")])
            }
            #expect(!model.report[0].isWell)
            #expect(model.report[0].tally.ejections == 1)
        }
        #expect((1...2).contains(faulty.requests.count))
        await until { faulty.open == 0 }
    }

    @Test("After the first token there is no second try: the reply breaks off, with what has come of it")
    func cutLater() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 4000\r\n\r\n"
        let faulty = try await ScriptedBackend.start { _ in
            .send(head + ScriptedReply.text("Half"), thenClose: true)
        }
        let other = try await ScriptedBackend.start { _ in Self.well }
        try await withPool([faulty, other], terms: { index, terms in terms.tier = index }) { model in
            let delivery = Delivery()
            await #expect(throws: ChatError.disconnected) {
                try await model.reply(to: ChatRequest(messages: [.user("Hello")])) { delivery.take($0) }
            }
            #expect(delivery.parts == [.text("Half")])
            #expect(other.requests.isEmpty)
            // Three in a row take it out.
            for _ in 0..<2 { _ = try? await model.answer("Hello") }
            #expect(model.report[0].state == .open)
            let parts = try await model.answer("Hello").parts
            #expect(parts == [.text("Hi")])
        }
    }

    @Test("Where all are out, the last failure is told, and soon afterwards that there is nobody")
    func allOut() async throws {
        let faulty = try await ScriptedBackend.start { _ in .respond(500, body: #"{"error":{"code":"bad_day"}}"#) }
        var rules = BackendPool.Rules.streams
        rules.breaker.pause = .seconds(1_000)
        rules.breaker.longestPause = .seconds(1_000)
        try await withPool([faulty], rules: rules) { model in
            await #expect(throws: ChatError.status(500, code: "bad_day")) { try await model.answer("Hello") }
            await #expect(throws: ChatError.noBackend) { try await model.answer("Hello") }
        }
        #expect(faulty.requests.count == 3)
        #expect(ChatError.noBackend.code == "llm_unavailable")
    }

    @Test("A refusal of the request itself is told at once")
    func refusal() async throws {
        let backends = [
            try await ScriptedBackend.start { _ in .respond(422, body: "{}") },
            try await ScriptedBackend.start { _ in .respond(422, body: "{}") },
        ]
        try await withPool(backends) { model in
            await #expect(throws: ChatError.status(422, code: nil)) { try await model.answer("Hello") }
        }
        #expect(backends.map(\.requests.count).reduce(0, +) == 1)
    }

    @Test("Cancelling ends the request, before the first token and after it")
    func cancellation() async throws {
        let backend = try await ScriptedBackend.start { request in
            request.body.count > 400 ? .hold(Self.well) : .pieces([ScriptedReply.head + ScriptedReply.text("a"), "b"])
        }
        try await withPool([backend]) { model in
            for text in [String(repeating: "long ", count: 100), "short"] {
                let delivery = Delivery()
                let task = Task {
                    try await model.reply(to: ChatRequest(messages: [.user(text)])) { delivery.take($0) }
                }
                await until { backend.held == 1 && (text != "short" || delivery.parts.count == 1) }
                task.cancel()
                await #expect(throws: ChatError.cancelled) { try await task.value }
                backend.release()
                await until { backend.open == 0 && model.report[0].inFlight == 0 }
            }
            #expect(model.report[0].tally.abandoned == 2)
            #expect(model.report[0].tally.failed == [:])
        }
    }

    @Test(
        "What comes before the first token is no token",
        arguments: [
            (ScriptedReply.delta(#"{"role":"assistant","content":""}"#), false), (": comment\n\n", false),
            (ScriptedReply.delta(#"{"role":"assistant","content":null}"#), false),
            (#"data: {"choices":[]}"# + "\n\n", false), (ScriptedReply.text("a"), true), (ScriptedReply.done, true),
            (ScriptedReply.delta("{}", finish: "stop"), true), (ScriptedReply.delta(#"{"tool_calls":[{}]}"#), true),
            (#"data: {"error":{}}"# + "\n\n", true), ("data: one\n\n", true), ("data: {\"cho", false),
        ]
    )
    func firstToken(piece: String, hasCome: Bool) {
        var token = FirstToken()
        #expect(token.hasCome(in: Array(piece.utf8)) == hasCome)
    }

    @Test(
        "A client's own stream that breaks off before its first token is asked for elsewhere",
        arguments: [true, false]
    )
    func forwardedCut(isBefore: Bool) async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 4000\r\n\r\n"
        let event = isBefore ? ScriptedReply.delta(#"{"role":"assistant"}"#) : ScriptedReply.text("Half")
        let faulty = try await ScriptedBackend.start { _ in .send(head + event, thenClose: true) }
        let other = try await ScriptedBackend.start { _ in Self.well }
        try await withPool([faulty, other], terms: { index, terms in terms.tier = index }) { model in
            let answer = try await model.forward(try ForwardedRequest(Array(#"{"stream":true}"#.utf8)))
            let first = try await answer.next()
            #expect(String(decoding: first ?? [], as: UTF8.self).contains(isBefore ? "Hi" : "Half"))
            if !isBefore { await #expect(throws: ChatError.disconnected) { try await answer.next() } }
        }
        #expect(other.requests.count == (isBefore ? 1 : 0))
    }

    @Test("A client's own request goes to the server that has its model, and elsewhere when that one fails")
    func forward() async throws {
        let big = try await ScriptedBackend.start { _ in Self.well }
        let faulty = try await ScriptedBackend.start { _ in .respond(503, headers: ["Retry-After: 60"], body: "{}") }
        let other = try await ScriptedBackend.start { _ in .respond(200, body: #"{"choices":[]}"#) }
        try await withPool(
            [big, faulty, other],
            terms: { index, terms in
                if index == 0 { terms.models = ["big"] }
                terms.tier = index
            }
        ) { model in
            func answer(_ body: String) async throws -> String {
                let answer = try await model.forward(try ForwardedRequest(Array(body.utf8)))
                var bytes: [UInt8] = []
                while let piece = try await answer.next() { bytes += piece }
                return String(decoding: bytes, as: UTF8.self)
            }
            let streamed = try await answer(#"{"model":"big","stream":true}"#)
            #expect(streamed.hasSuffix("[DONE]\n\n"))
            let whole = try await answer(#"{"model":"any"}"#)
            #expect(whole == #"{"choices":[]}"#)
            #expect(model.report.map(\.inFlight) == [0, 0, 0])
        }
        #expect([big, faulty, other].map(\.requests.count) == [1, 1, 1])
    }
}
