import Glibc
import TestSupport
import Testing

@testable import HTTPTransfer

@Suite("HTTP transport's connections", .timeLimit(.minutes(1)))
struct HTTPTransportConnectionTests {
    @Test("Uses one connection again and again")
    func reuse() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "") }
        let transport = try HTTPTransport()
        for _ in 0..<10 { _ = try await transport.send(.post(backend)) }
        #expect(backend.accepted == 1)
        #expect(backend.requests.map(\.turn) == Array(0..<10))
    }

    @Test("Opens another one when the server has closed it between requests")
    func closedBetween() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", thenClose: true)
        }
        let transport = try HTTPTransport()
        for count in 1...3 {
            #expect(try await transport.send(.post(backend)).status == 200)
            await until { backend.open == 0 }
            #expect(backend.accepted == count)
        }
    }

    @Test("Repeats a request once when a reused connection ends before the answer", arguments: [10, 3_000_000])
    func repeats(size: Int) async throws {
        let backend = try await ScriptedBackend.start { $0.turn == 1 ? .close : .respond(200, body: "ok") }
        let transport = try HTTPTransport()
        _ = try await transport.send(.post(backend))
        #expect(try await transport.send(.post(backend, size: size)).body == Array("ok".utf8))
        #expect(backend.requests.map(\.turn) == [0, 1, 0])
        #expect(backend.requests[1].body == backend.requests[2].body)
        #expect(backend.requests[1].body.count > size)
    }

    @Test("Repeats a request whose sending a reused connection's end cuts off")
    func repeatsCutUpload() async throws {
        let backend = try await ScriptedBackend.start(atHead: { $0.turn == 1 ? .close : nil }) { _ in
            .respond(200, body: "ok")
        }
        let transport = try HTTPTransport()
        for _ in 0..<3 {
            _ = try await transport.send(.post(backend))
            #expect(try await transport.send(.post(backend, size: 8_000_000)).body == Array("ok".utf8))
        }
    }

    @Test("Repeats nothing on a connection that was new, or once a byte of the answer has come")
    func repeatsNotElse() async throws {
        let backend = try await ScriptedBackend.start { request in
            switch request.target {
            case "/new": .close
            case "/partial" where request.turn > 0: .send("HTTP/1.1 200 OK\r\nContent-Le", thenClose: true)
            default: .respond(200, body: "")
            }
        }
        let transport = try HTTPTransport()
        await expectDisconnected { try await transport.send(.post(backend, "/new")) }
        #expect(backend.requests.count == 1)
        _ = try await transport.send(.post(backend))
        await expectDisconnected { try await transport.send(.post(backend, "/partial")) }
        #expect(backend.requests.count == 3)
    }

    @Test("Gives up after the repeated request met the same end")
    func repeatsOnce() async throws {
        let backend = try await ScriptedBackend.start { $0.target == "/" ? .respond(200, body: "") : .close }
        let transport = try HTTPTransport()
        _ = try await transport.send(.post(backend))
        await expectDisconnected { try await transport.send(.post(backend, "/cut")) }
        #expect(backend.requests.map(\.target) == ["/", "/cut", "/cut"])
    }

    @Test("Gets past any number of dead connections", arguments: [4, 12])
    func deadPool(count: Int) async throws {
        let backend = try await ScriptedBackend.start { request in
            if request.target == "/hold" { return .hold(.respond(200, body: "")) }
            return request.turn > 0 ? .close : .respond(200, body: "ok")
        }
        let transport = try HTTPTransport()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask { _ = try await transport.send(.post(backend, "/hold")) }
            }
            await until { backend.held == count }
            for _ in 0..<count { backend.release() }
            try await group.waitForAll()
        }
        #expect(try await transport.send(.post(backend)).body == Array("ok".utf8))
    }

    @Test("A cancelled request ends at once, and the server sees its connection close")
    func cancellation() async throws {
        let backend = try await ScriptedBackend.start { _ in .hold(.respond(200, body: "")) }
        let transport = try HTTPTransport()
        let task = Task { try await transport.send(.post(backend)) }
        await until { backend.held == 1 }
        task.cancel()
        await #expect(throws: TransferError.cancelled) { try await task.value }
        await until { backend.open == 0 }
    }

    @Test("Nothing is sent for a task that is cancelled already")
    func cancelledBefore() async throws {
        let backend = try await ScriptedBackend.start { _ in .respond(200, body: "") }
        let transport = try HTTPTransport()
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: TransferError.cancelled) { try await transport.send(.post(backend)) }
            }
        }
        #expect(backend.accepted == 0)
    }

    @Test("Tells a server that hangs from one that cannot be reached")
    func timeLimits() async throws {
        let backend = try await ScriptedBackend.start { _ in
            .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", thenClose: false)
        }
        let transport = try HTTPTransport()
        var request = try TransferRequest.post(backend)
        request.timeout = .milliseconds(200)
        let hung = await #expect(throws: TransferError.self) { try await transport.send(request) }
        if case .timedOut = hung {} else { Issue.record("\(String(describing: hung))") }

        let full = try FullBacklog()
        request.url = try TransferURL("http://127.0.0.1:\(full.port)/")
        request.timeout = .seconds(30)
        request.connectTimeout = .milliseconds(200)
        let unreachable = await #expect(throws: TransferError.self) { try await transport.send(request) }
        if case .unreachable = unreachable {} else { Issue.record("\(String(describing: unreachable))") }
    }

    @Test("Runs on a thread with a name, which ends")
    func thread() async throws {
        let name = "steno-\(UInt32.random(in: 0...0xFFFF))"
        let gate = Gate()
        let thread = try JoinableThread(name: name) { while !gate.isOpen { sched_yield() } }
        await until { threadNames().contains(name) }
        gate.open()
        thread.join()
        #expect(!threadNames().contains(name))
        let transport = try HTTPTransport()
        await until { threadNames().contains("steno-http") }
        transport.shutdown()
    }
}

private func expectDisconnected(_ send: () async throws -> TransferResponse) async {
    let error = await #expect(throws: TransferError.self) { _ = try await send() }
    if case .disconnected = error { return }
    Issue.record("\(String(describing: error))")
}

extension TransferRequest {
    /// A form with one file of that size.
    fileprivate static func post(_ backend: ScriptedBackend, _ target: String = "/", size: Int = 10) throws -> Self {
        let part = Part(name: "file", filename: "a", content: Array(repeating: 65, count: size))
        return TransferRequest(.post(.multipart([part])), try backend.url(target))
    }
}

/// A listening socket whose queue is full, so that the kernel drops further attempts to connect.
private struct FullBacklog: ~Copyable {
    let port: UInt16
    private let sockets: [Int32]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let size = length
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, size)
                _ = listen(listener, 0)
                _ = getsockname(listener, address, &length)
            }
        }
        let clients = (0..<4).map { _ in
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(client, $0, size) }
            }
            return client
        }
        port = UInt16(bigEndian: address.sin_port)
        sockets = clients + [listener]
    }

    deinit { for socket in sockets { close(socket) } }
}
