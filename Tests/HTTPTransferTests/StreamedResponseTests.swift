import TestSupport
import Testing

@testable import HTTPTransfer

@Suite("Streamed answers", .timeLimit(.minutes(1)))
struct StreamedResponseTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    @Test("Brings the head first, and every piece as it comes")
    func pieces() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .pieces([Self.head, "one", "two", "three"], thenClose: true)
        }
        let response = try await HTTPTransport().stream(TransferRequest(.get, backend.url("/")))
        #expect(response.status == 200)
        #expect(response.contentType == "text/event-stream")
        for piece in ["one", "two", "three"] {
            await until { backend.held == 1 }
            backend.release()
            #expect(try await response.next() == Array(piece.utf8))
        }
        #expect(try await response.next() == nil)
        #expect(try await response.next() == nil)
    }

    @Test("Reads chunks, and uses the connection again")
    func chunked() async throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nRetry-After: 3\r\n\r\n"
        let backend = try await ScriptedBackend.start { _ in .pieces([head + "3\r\nabc\r\n", "2\r\nde\r\n0\r\n\r\n"]) }
        let transport = try HTTPTransport()
        for _ in 0..<3 {
            let response = try await transport.stream(TransferRequest(.get, backend.url("/")))
            #expect(response.retryAfter == .seconds(3))
            #expect(try await response.next() == Array("abc".utf8))
            await until { backend.held == 1 }
            backend.release()
            #expect(await response.rest(limit: 100) == Array("de".utf8))
        }
        #expect(backend.accepted == 1)
    }

    @Test("An answer that is let go of frees its connection for other requests once it ends")
    func released() async throws {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        let backend = try await ScriptedBackend.start { request in
            request.target == "/"
                ? .pieces([head + "3\r\nabc\r\n", "2\r\nde\r\n0\r\n\r\n"])
                : .respond(200, headers: ["Connection: close"], body: "")
        }
        let transport = try HTTPTransport()
        let response = try await transport.stream(TransferRequest(.get, backend.url("/")))
        #expect(try await response.next() == Array("abc".utf8))
        response.release()
        #expect(try await response.next() == nil)
        await until { backend.held == 1 }
        backend.release()

        let probe = try TransferRequest(.get, backend.url("/probe"))
        await until {
            _ = try? await transport.send(probe)
            return backend.requests.last?.turn == 1
        }
    }

    @Test("An answer that is let go of and does not end is cut off")
    func releasedEndless() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send(Self.head + String(repeating: "x", count: 1_000_000), thenClose: false)
        }
        let limits = StreamLimits(buffer: 1)
        let response = try await HTTPTransport().stream(TransferRequest(.get, backend.url("/")), limits: limits)
        response.release()
        #expect(try await response.next() == nil)
        await until { backend.open == 0 }
    }

    @Test("Skips the head of a provisional answer")
    func provisional() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", thenClose: false)
        }
        let response = try await HTTPTransport().stream(TransferRequest(.get, backend.url("/")))
        #expect(response.status == 404)
        #expect(await response.rest(limit: 1) == Array("n".utf8))
    }

    @Test("What the reader does not take is held back, and none of it is lost")
    func backPressure() async throws {
        let body = String(decoding: (0..<8_000_000).map { UInt8(33 + $0 % 91) }, as: UTF8.self)
        let backend = try await ScriptedBackend.start { request in
            request.target == "/" ? .send(Self.head + body, thenClose: true) : .respond(200, body: "")
        }
        let transport = try HTTPTransport()
        let limits = StreamLimits(buffer: 20_000)
        let request = try TransferRequest(.get, backend.url("/"), responseLimit: .max)
        let response = try await transport.stream(request, limits: limits)
        var bytes: [UInt8] = []
        var isFirst = true
        while let piece = try await response.next() {
            // One thread serves all requests: it has had its turns to read more, were it allowed to.
            for _ in 0..<(isFirst ? 20 : 0) { _ = try await transport.send(TransferRequest(.get, backend.url("/b"))) }
            isFirst = false
            #expect(piece.count < 20_000 + 16_384)
            bytes += piece
        }
        #expect(bytes == Array(body.utf8))
    }

    @Test("Cancelling the reader closes the connection at once", arguments: ["", head, head + "data"])
    func cancellation(sent: String) async throws {
        let backend = try await ScriptedBackend.start { _ in .send(sent, thenClose: false) }
        let transport = try HTTPTransport()
        let task = Task {
            let response = try await transport.stream(TransferRequest(.get, backend.url("/")))
            while try await response.next() != nil {}
        }
        await until { backend.requests.count == 1 }
        task.cancel()
        await #expect(throws: TransferError.cancelled) { try await task.value }
        await until { backend.open == 0 }
    }

    @Test("Cancelling an answer that waits for its reader closes the connection")
    func cancellationWhileFull() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send(Self.head + String(repeating: "x", count: 8_000_000), thenClose: false)
        }
        let response = try await HTTPTransport().stream(
            TransferRequest(.get, backend.url("/"), responseLimit: .max),
            limits: StreamLimits(buffer: 1)
        )
        response.cancel()
        await #expect(throws: TransferError.cancelled) { try await response.next() }
        await until { backend.open == 0 }
    }

    @Test("Letting go of an answer closes its connection")
    func abandoned() async throws {
        let backend = try await ScriptedBackend.start { _ in .send(Self.head + "data", thenClose: false) }
        let transport = try HTTPTransport()
        #expect(try await transport.stream(TransferRequest(.get, backend.url("/"))).status == 200)
        await until { backend.open == 0 }
    }

    @Test("Shutting down ends an answer in the middle")
    func shutdown() async throws {
        let backend = try await ScriptedBackend.start { _ in .send(Self.head + "data", thenClose: false) }
        let transport = try HTTPTransport()
        let response = try await transport.stream(TransferRequest(.get, backend.url("/")))
        #expect(try await response.next() == Array("data".utf8))
        transport.shutdown()
        await #expect(throws: TransferError.cancelled) { try await response.next() }
    }

    @Test("A server that sends no first byte, or no next one, is given up", arguments: ["", head, head + "data"])
    func timeLimits(sent: String) async throws {
        let backend = try await ScriptedBackend.start { _ in .send(sent, thenClose: false) }
        let transport = try HTTPTransport()
        let isIdle = sent.hasSuffix("data")
        let limits = StreamLimits(
            firstByte: isIdle ? .seconds(100) : .milliseconds(100),
            idle: isIdle ? .milliseconds(100) : .seconds(100)
        )
        var received: [UInt8] = []
        let error = await #expect(throws: TransferError.self) {
            let response = try await transport.stream(TransferRequest(.get, backend.url("/")), limits: limits)
            while let piece = try await response.next() { received += piece }
        }
        if case .timedOut = error {} else { Issue.record("\(String(describing: error))") }
        #expect(received == (isIdle ? Array("data".utf8) : []))
        await until { backend.open == 0 }
    }

    @Test("What came before the connection broke is handed over before the error")
    func cut() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", thenClose: true)
        }
        let response = try await HTTPTransport().stream(TransferRequest(.get, backend.url("/")))
        await until { backend.open == 0 }
        #expect(try await response.next() == Array("abc".utf8))
        let error = await #expect(throws: TransferError.self) { try await response.next() }
        if case .disconnected = error {} else { Issue.record("\(String(describing: error))") }
    }

    @Test("A body may be as long as the request allows", arguments: [0, 1])
    func bodyLimit(excess: Int) async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send(Self.head + String(repeating: "x", count: 100_000 + excess), thenClose: true)
        }
        let request = try TransferRequest(.get, backend.url("/"), responseLimit: 100_000)
        let response = try await HTTPTransport().stream(request)
        if excess == 0 {
            #expect(await response.rest(limit: .max).count == 100_000)
        } else {
            await #expect(throws: TransferError.responseTooLarge(limit: 100_000)) {
                while try await response.next() != nil {}
            }
        }
    }

    @Test("A server that cannot be reached has no answer")
    func unreachable() async throws {
        let backend = try await ScriptedBackend.start { _ in .close }
        let request = try TransferRequest(.get, backend.url("/"))
        try await backend.stop()
        let error = await #expect(throws: TransferError.self) { try await HTTPTransport().stream(request) }
        if case .unreachable = error {} else { Issue.record("\(String(describing: error))") }
    }
}

@Suite("Deadline of a transfer")
struct TransferDeadlineTests {
    private let start = ContinuousClock.now
    private let limits = StreamLimits(firstByte: .seconds(15), idle: .seconds(10))

    @Test("A whole answer has one limit, whatever comes")
    func whole() {
        var deadline = TransferDeadline(start: start, whole: .seconds(30), stream: nil)
        deadline.receive(at: start + .seconds(29))
        #expect(deadline.time == start + .seconds(30))
    }

    @Test("A streamed one has a limit for its next byte, within that of the whole")
    func streamed() {
        var deadline = TransferDeadline(start: start, whole: .seconds(30), stream: limits)
        #expect(deadline.time == start + .seconds(15))
        deadline.receive(at: start + .seconds(14))
        #expect(deadline.time == start + .seconds(24))
        deadline.receive(at: start + .seconds(23))
        #expect(deadline.time == start + .seconds(30))
    }

    @Test("No byte is missed while there is no room for one")
    func paused() {
        var deadline = TransferDeadline(start: start, whole: .seconds(60), stream: limits)
        deadline.pause()
        #expect(deadline.time == start + .seconds(60))
        deadline.receive(at: start + .seconds(40))
        #expect(deadline.time == start + .seconds(50))
    }

    @Test("Time in which the process stood still is given back")
    func extended() {
        var deadline = TransferDeadline(start: start, whole: .seconds(30), stream: limits)
        deadline.extend(until: start + .seconds(42))
        #expect(deadline.time == start + .seconds(42))
    }
}
