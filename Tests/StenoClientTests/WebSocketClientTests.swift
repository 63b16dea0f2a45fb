import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import StenoClient

@Suite("WebSocket client", .timeLimit(.minutes(1)))
struct WebSocketClientTests {
    /// The first text that a connection receives.
    static func firstText(_ url: String, timeout: Duration = .seconds(10)) async throws -> String? {
        try await WebSocketClient.withConnection(to: ServerURL(url), timeout: timeout) { connection in
            for try await event in connection.events {
                if case .text(let text) = event { return text }
            }
            return nil
        }
    }

    static func failure(of url: String, timeout: Duration = .seconds(10)) async throws -> StenoClientError? {
        await #expect(throws: StenoClientError.self) { _ = try await firstText(url, timeout: timeout) }
    }

    @Test("Reads frames that come in the packet of the server's answer")
    func onePacket() async throws {
        let text = try await EagerServer.run(text: "hi") { try await Self.firstText($0) }
        #expect(text == "hi")
    }

    @Test("Says that nobody listens")
    func connectionRefused() async throws {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close().get()
        let error = try await Self.failure(of: "ws://127.0.0.1:\(port)/ws")
        #expect(
            error?.description == "Cannot reach ws://127.0.0.1:\(port)/ws: connection refused. "
                + "Is the server running? Start it with ./entrypoint.sh serve."
        )
        #expect(error?.exitStatus == 1)
    }

    @Test("Says that a host is not known")
    func unknownHost() async throws {
        let error = try await Self.failure(of: "ws://no-such-host.invalid/ws")
        #expect(error == .unreachable(url: "ws://no-such-host.invalid/ws", reason: "the host's name is not known"))
    }

    @Test("Gives up when no answer comes in time")
    func timeout() async throws {
        let error = try await ByteServer.run(closes: false, answer: { _ in "" }) {
            try await Self.failure(of: $0, timeout: .milliseconds(50))
        }
        guard case .unreachable(_, let reason) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.hasPrefix("no answer within"))
    }

    @Test(
        "Shows the status of a refusal, and the server's sentence if there is one",
        arguments: [
            (
                503, #"{"error":{"message":"Still\nloading."}}"#,
                "503 Service Unavailable: Still loading. The server is starting"
            ),
            (503, "busy", "503 Service Unavailable. The server is starting"),
            (404, "", "404 Not Found. Check the path"),
            (200, "<html>", "200 OK. Check the address"),
            (
                401, String(repeating: "x", count: 100_000),
                "401 Unauthorized. The server wants a key that it knows: give one with --api-key KEY or in STENO_API_KEY."
            ),
        ]
    )
    func refused(status: Int, body: String, expected: String) async throws {
        let answer = "HTTP/1.1 \(status) Phrase\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let error = try await ByteServer.run(answer: { _ in answer }) { try await Self.failure(of: $0) }
        #expect(
            error?.description.contains("refused the connection with \(expected)") == true,
            "\(String(describing: error))"
        )
        #expect(error?.exitStatus == 1)
    }

    @Test("Sends a key in the header of the handshake, and none without", arguments: ["a-key:with/signs=", nil])
    func key(key: String?) async throws {
        let request = Shared("")
        let answer: ByteServer.Answer = { text in
            request.update { $0 = text }
            return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
        }
        await #expect(throws: StenoClientError.self) {
            try await ByteServer.run(answer: answer) { url in
                try await WebSocketClient.withConnection(
                    to: ServerURL(url),
                    access: ServerAccess(key: key.map { .init($0, source: "--api-key") })
                ) { _ in }
            }
        }
        let fields = request.value.split(separator: "\r\n").filter { $0.hasPrefix("Authorization") }
        #expect(fields == (key.map { ["Authorization: Bearer \($0)"] } ?? []))
    }

    @Test("Refuses a key that no header can carry", arguments: ["a key", "a\r\nHost: b", "schlüssel", "tab\t"])
    func badKey(key: String) async throws {
        let error = await #expect(throws: StenoClientError.self) {
            try await WebSocketClient.withConnection(
                to: ServerURL("ws://127.0.0.1:1/ws"),
                access: ServerAccess(key: .init(key, source: "--api-key"))
            ) { _ in }
        }
        #expect(error == .invalidAPIKey(source: "--api-key"))
        #expect(error?.exitStatus == 2)
        #expect(error?.description.contains(key) == false)
    }

    @Test(
        "Recognises what is no WebSocket server",
        arguments: [
            "", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 503 Serv",
        ]
    )
    func notWebSocket(answer: String) async throws {
        let error = try await ByteServer.run(answer: { _ in answer }) { try await Self.failure(of: $0) }
        guard case .notWebSocket = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("Ends when cancelled during the handshake")
    func cancelledHandshake() async throws {
        let asked = Shared(false)
        let answer: ByteServer.Answer = { _ in
            asked.update { $0 = true }
            return ""
        }
        try await ByteServer.run(closes: false, answer: answer) { url in
            let task = Task { try await Self.firstText(url) }
            await until { asked.value }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("Ends when cancelled while it reads, and while a send waits for the socket", arguments: [false, true])
    func cancelled(sending: Bool) async throws {
        let count = Shared(0)
        let release = Shared(false)
        try await ScriptedServer.run { _ in
            await until { release.value }
        } _: { url in
            let task = Task {
                try await WebSocketClient.withConnection(to: ServerURL(url)) { connection in
                    repeat {
                        count.update { $0 += 1 }
                        if sending { try await connection.send(String(repeating: "x", count: 1 << 20)) }
                    } while sending
                    for try await _ in connection.events {}
                }
            }
            // One message of 1 MiB is more than both sockets and the server's queue take in before somebody reads.
            await until { count.value >= (sending ? 2 : 1) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            release.update { $0 = true }
        }
    }

    @Test("Sends no faster than the server reads")
    func sendingIsBounded() async throws {
        let (sent, received, lead) = (Shared(0), Shared(0), Shared(0))
        let total = 1_000
        let message = #"{"type":""# + String(repeating: "x", count: 10_000) + #""}"#
        try await ScriptedServer.run { peer in
            await until { sent.value >= 10 }
            while case .json = try await peer.receive() {
                received.update { $0 += 1 }
                for _ in 0..<50 { await Task.yield() }
            }
            try await peer.close(1000)
        } _: { url in
            try await WebSocketClient.withConnection(to: ServerURL(url)) { connection in
                for _ in 0..<total {
                    try await connection.send(message)
                    sent.update { $0 += 1 }
                    let ahead = sent.value - received.value
                    lead.update { $0 = max($0, ahead) }
                }
                try await connection.close()
                for try await _ in connection.events {}
            }
        }
        #expect(received.value == total)
        // Both sockets' buffers (256 + 32 KiB) and the server's queue of frames; without bounds it would be all.
        #expect(lead.value < 150, "\(lead.value)")
    }

    @Test("Reads no faster than its own user")
    func readingIsBounded() async throws {
        let (sent, read, lead) = (Shared(0), Shared(0), Shared(0))
        let total = 500
        try await ScriptedServer.run { peer in
            let message = String(repeating: "x", count: 100_000)
            for _ in 0..<total {
                try await peer.send(message)
                sent.update { $0 += 1 }
                let ahead = sent.value - read.value
                lead.update { $0 = max($0, ahead) }
            }
            try await peer.close(1000)
        } _: { url in
            try await WebSocketClient.withConnection(to: ServerURL(url)) { connection in
                for try await event in connection.events {
                    guard case .text = event else { continue }
                    if read.value == 0 { await until { sent.value >= 3 } }
                    for _ in 0..<200 { await Task.yield() }
                    read.update { $0 += 1 }
                }
            }
        }
        #expect(read.value == total)
        // The kernel grows the receiving buffer to 6 MB; without bounds it would be all 50 MB.
        #expect(lead.value < 120, "\(lead.value)")
    }
}
