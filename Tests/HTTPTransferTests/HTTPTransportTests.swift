import Release
import Synchronization
import TestSupport
import Testing

@testable import HTTPTransfer

@Suite("HTTP transport", .timeLimit(.minutes(1)))
struct HTTPTransportTests {
    @Test("Brings status, type, wait and body of an answer")
    func answer() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .respond(503, contentType: "text/plain; charset=utf-8", headers: ["Retry-After: 7"], body: "later")
        }
        let transport = try HTTPTransport()
        let response = try await transport.send(TransferRequest(.get, backend.url("/a?b=c")))
        #expect(
            response
                == TransferResponse(
                    status: 503,
                    contentType: "text/plain; charset=utf-8",
                    retryAfter: .seconds(7),
                    body: Array("later".utf8)
                )
        )
        let request = try #require(backend.requests.first)
        #expect(request.method == "GET")
        #expect(request.target == "/a?b=c")
        #expect(request.headers["user-agent"] == "steno/\(Release.version)")
        #expect(request.headers["content-length"] == nil)
    }

    @Test("Posts bytes as they are, large ones without asking first", arguments: [0, 1, 2_000_000])
    func postBytes(count: Int) async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "") }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let transport = try HTTPTransport()
        let request = try TransferRequest(
            .post(.bytes(bytes, contentType: "application/json")),
            backend.url("/"),
            headers: [.init("X-Extra", "yes")]
        )
        #expect(try await transport.send(request).body.isEmpty)
        let received = try #require(backend.requests.first)
        #expect(received.body == bytes)
        #expect(received.headers["content-type"] == "application/json")
        #expect(received.headers["content-length"] == "\(count)")
        #expect(received.headers["x-extra"] == "yes")
        #expect(received.headers["expect"] == nil)
    }

    @Test("Writes a form as RFC 7578 has it, byte for byte")
    func form() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "") }
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7_919 >> 3) }
        let parts: [TransferRequest.Part] = [
            .init(name: "model", text: "größer\r\n"), .init(name: "empty", text: ""),
            .init(name: "file", filename: "a\"b.wav", contentType: "audio/wav", content: content),
        ]
        let transport = try HTTPTransport()
        _ = try await transport.send(TransferRequest(.post(.multipart(parts)), backend.url("/")))
        let request = try #require(backend.requests.first)
        let prefix = "multipart/form-data; boundary="
        let type = try #require(request.headers["content-type"])
        #expect(type.hasPrefix(prefix))
        let line = "--\(type.dropFirst(prefix.count))"
        let head = """
            \(line)\r\nContent-Disposition: form-data; name="model"\r\n\r\ngrößer\r\n\r
            \(line)\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r
            \(line)\r\nContent-Disposition: form-data; name="file"; filename="a%22b.wav"\r
            Content-Type: audio/wav\r\n\r\n
            """
        let expected = Array(head.utf8) + content + Array("\r\n\(line)--\r\n".utf8)
        #expect(request.body == expected)
        #expect(request.headers["expect"] == nil)
    }

    @Test("Refuses a header that would start another one", arguments: ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
    func headerInjection(value: String) async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "") }
        let transport = try HTTPTransport()
        let request = try TransferRequest(.get, backend.url("/"), headers: [.init("X-A", value)])
        let error = await #expect(throws: TransferError.self) { try await transport.send(request) }
        guard case .invalidRequest = error else { return #expect(error == nil) }
        #expect(backend.accepted == 0)
    }

    @Test("Does not follow a redirect")
    func redirect() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .respond(302, headers: ["Location: file:///etc/passwd"], body: "")
        }
        let transport = try HTTPTransport()
        #expect(try await transport.send(TransferRequest(.get, backend.url("/"))).status == 302)
    }

    @Test("Takes a body up to the limit, with or without its length", arguments: [true, false], [0, 1])
    func bodyLimit(hasLength: Bool, excess: Int) async throws {
        let body = String(repeating: "x", count: 100_000 + excess)
        let length = hasLength ? "Content-Length: \(body.count)\r\n" : ""
        let backend = try await ScriptedBackend.start { _ in
            .send("HTTP/1.1 200 OK\r\n\(length)\r\n\(body)", thenClose: true)
        }
        let transport = try HTTPTransport()
        let request = try TransferRequest(.get, backend.url("/"), responseLimit: 100_000)
        if excess == 0 {
            #expect(try await transport.send(request).body.count == 100_000)
        } else {
            await #expect(throws: TransferError.responseTooLarge(limit: 100_000)) { try await transport.send(request) }
        }
    }

    @Test("Shutting down ends open requests, refuses new ones and closes every connection")
    func shutdown() async throws {
        let backend = try await ScriptedBackend.start { $0.target == "/hold" ? .hold(.close) : .respond(200, body: "") }
        let transport = try HTTPTransport()
        _ = try await transport.send(TransferRequest(.get, backend.url("/")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    await #expect(throws: TransferError.cancelled) {
                        try await transport.send(TransferRequest(.get, backend.url("/hold")))
                    }
                }
            }
            await until { backend.held == 8 }
            transport.shutdown()
            transport.shutdown()
            try await group.waitForAll()
        }
        await until { backend.open == 0 }
        await #expect(throws: TransferError.cancelled) {
            try await transport.send(TransferRequest(.get, backend.url("/")))
        }
    }

    @Test("Letting go of the transport closes its idle connections")
    func release() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "") }
        var transport: HTTPTransport? = try HTTPTransport()
        _ = try await transport?.send(TransferRequest(.get, backend.url("/")))
        #expect(backend.open == 1)
        transport = nil
        await until { backend.open == 0 }
    }

    @Test("Shutting down races with requests and cancellations without losing one")
    func storm() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "{}") }
        for round in 0..<20 {
            let transport = try HTTPTransport()
            await withTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        let task = Task { try await transport.send(TransferRequest(.get, backend.url("/"))) }
                        if index % 3 == round % 3 { task.cancel() }
                        if index == 10 { transport.shutdown() }
                        _ = await task.result
                    }
                }
            }
        }
        await until { backend.open == 0 }
    }
}

extension ScriptedBackend {
    func url(_ target: String) throws -> TransferURL {
        try TransferURL("http://127.0.0.1:\(port)\(target)")
    }
}
