import HTTPTransfer
import TestSupport
import Testing

@testable import Chat

@Suite("Servers that load, and replies that break off", .timeLimit(.minutes(1)))
struct UnreadyServerTests {
    private static let reply =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + ScriptedReply.text("Hi")
        + ScriptedReply.delta("{}", finish: "stop") + ScriptedReply.done

    private static func loading(retryAfter: String? = nil) -> ScriptedBackend.Answer {
        let headers = retryAfter.map { ["Retry-After: \($0)"] } ?? []
        return .respond(503, headers: headers, body: #"{"error":{"message":"Loading model","code":503}}"#)
    }

    @Test("A server that loads its model is asked again until it answers", arguments: [nil, "0"])
    func loads(retryAfter: String?) async throws {
        let backend = try await ScriptedBackend.start { request in
            request.turn < 2 ? Self.loading(retryAfter: retryAfter) : .send(Self.reply, thenClose: true)
        }
        let (parts, end) = try await withPool([backend]) { try await $0.answer("Hello") }
        #expect(parts == [.text("Hi")])
        #expect(end.reason == .complete)
        #expect(backend.requests.count == 3)
        #expect(Set(backend.requests.map(\.body)).count == 1)
    }

    @Test("A server that will not be ready in the time for the first token fails with what it said")
    func neverReady() async throws {
        let backend = try await ScriptedBackend.start { Self.loading(retryAfter: $0.turn == 0 ? "0" : "60") }
        await #expect(throws: ChatError.status(503, code: nil)) {
            try await withPool([backend]) { try await $0.answer("Hello") }
        }
        #expect(backend.requests.count == 2)
    }

    @Test("A server that asks for more patience than there is fails at once")
    func tooLate() async throws {
        let backend = try await ScriptedBackend.start { _ in Self.loading(retryAfter: "61") }
        await #expect(throws: ChatError.status(503, code: nil)) {
            try await withPool([backend]) { try await $0.answer("Hello") }
        }
        #expect(backend.requests.count == 1)
    }

    @Test("A reply without a marked end is whole where the server never marks it, and else broken off")
    func brokenOff() async throws {
        let cut = ScriptedReply.head + ScriptedReply.text("Hi")
        let backend = try await ScriptedBackend.start { request in
            let isMarked = String(decoding: request.body, as: UTF8.self).contains("whole")
            return .send(isMarked ? Self.reply : cut, thenClose: true)
        }
        let model = try ChatCompletionsModel(backend)
        for _ in 0..<2 {
            let (parts, end) = try await model.answer("Hello")
            #expect(parts == [.text("Hi")])
            #expect(end.reason == .complete)
        }
        _ = try await model.answer("whole")
        let delivery = Delivery()
        await #expect(throws: ChatError.disconnected) {
            try await model.reply(to: ChatRequest(messages: [.user("Hello")])) { delivery.take($0) }
        }
        #expect(delivery.parts == [.text("Hi")])
    }
}
