import Foundation
import HummingbirdCore
import NIOCore
import NIOPosix
import Testing
import WebSocketTransport

@Suite("The rules of a connection", .timeLimit(.minutes(1)))
struct ConnectionRulesTests {
    private static let health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"

    /// What the server says to `request`, until it ends the connection.
    private func answers(_ request: String, limits: HTTPLimits = HTTPLimits()) async throws -> String {
        var text = ""
        let builder = HTTPServerBuilder.http1WithUpgrade(limits: limits) { ByteBuffer(string: "[\($0.message)]") }
        try await TestServer.run(http: builder) { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(request)
                while case let bytes = try await client.available(), !bytes.isEmpty {
                    text += String(decoding: bytes, as: UTF8.self)
                }
            }
        }
        return text
    }

    private func statuses(_ answers: String) -> [String] {
        answers.split(separator: "\r\n").filter { $0.contains("HTTP/1.1 ") || $0.contains("HTTP/1.0 ") }.map {
            String($0.drop { $0 != " " }.dropFirst().prefix(3))
        }
    }

    @Test(
        "Answers what is no HTTP/1.1 with 400, after the answers before it and with nothing behind it",
        arguments: [
            "GET /health HTTP/1.1\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            "GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n", "nonsense\r\n\r\n", "GET /health HTTP/1.1\r\nHo st: x\r\n\r\n",
            "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "\u{16}\u{3}\u{1}", "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        ]
    )
    func malformed(request: String) async throws {
        let answers = try await answers(Self.health + request + Self.health)
        #expect(statuses(answers) == ["200", "400"])
        #expect(answers.lowercased().contains("\r\nconnection: close\r\n"))
        #expect(answers.hasSuffix("]"))
    }

    @Test(
        "Refuses a head that is too large in bytes or in fields",
        arguments: [
            (Array(repeating: "X: y", count: HTTPLimits.maximumFields - 1), "200"),
            (Array(repeating: "X: y", count: HTTPLimits.maximumFields), "431"),
            (["X: " + String(repeating: "y", count: HTTPLimits.maximumHead - 100)], "200"),
            (["X: " + String(repeating: "y", count: HTTPLimits.maximumHead)], "431"),
            (Array(repeating: "X: " + String(repeating: "y", count: 10_000), count: 7), "431"),
        ] as [([String], String)]
    )
    func head(fields: [String], status: String) async throws {
        let lines = ["GET /health HTTP/1.1", "Host: x"] + fields + ["", ""]
        #expect(statuses(try await answers(lines.joined(separator: "\r\n") + "nonsense\r\n\r\n")).first == status)
    }

    @Test(
        "Closes after the answer to who wants that, and to HTTP/1.0",
        arguments: [
            "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: x\r\nConnection: CLOSE\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: x\r\nconnection: keep-alive, Close\r\n\r\n",
            "GET /health HTTP/1.0\r\n\r\n", "GET /health HTTP/1.0\r\nConnection: keep-alive\r\nHost: x\r\n\r\n",
            "POST /size HTTP/1.0\r\nContent-Length: 1\r\n\r\nx",
        ]
    )
    func closes(request: String) async throws {
        let answers = try await answers(request + Self.health)
        #expect(statuses(answers) == ["200"])
        #expect(answers.lowercased().contains("\r\nconnection: close\r\n"))
    }

    @Test("Answers requests that came at once, in their order")
    func pipelined() async throws {
        let requests = (1...3_000).map { size in
            let body = String(repeating: "x", count: size % 50)
            return "POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let answers = try await answers(requests.joined() + "GET /health HTTP/1.0\r\n\r\n")
        let sizes = answers.components(separatedBy: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
        #expect(sizes.prefix(3_000).elementsEqual((1...3_000).map { "\($0 % 50)" }, by: ==))
        #expect(sizes.last == "ok")
    }

    @Test("Takes the rest of a body whose request has its answer already, and then the next request")
    func answeredBeforeTheBody() async throws {
        let length = 100_000
        var text = ""
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
                while !text.contains(" 404 ") { text += String(decoding: try await client.available(), as: UTF8.self) }
                try await client.send(String(repeating: "x", count: length))
                try await client.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                while case let bytes = try await client.available(), !bytes.isEmpty {
                    text += String(decoding: bytes, as: UTF8.self)
                }
            }
        }
        #expect(statuses(text) == ["404", "200"])
    }

    @Test(
        "Refuses upgrades that are none",
        arguments: [
            ("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n", "400"),
            ("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive\r\n", "400"),
            ("GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", "400"),
            ("GET /ws HTTP/1.1\r\nHost: x\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", "400"),
            ("GET /ws HTTP/1.0\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n", "426"),
            ("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n", "426"),
        ]
    )
    func upgrades(request: String, status: String) async throws {
        let headers = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        #expect(statuses(try await answers(request + headers)) == [status])
    }

    @Test("Says that a head takes too long, and closes a connection without one")
    func slowHead() async throws {
        var limits = HTTPLimits()
        limits.requestTimeout = .milliseconds(100)
        let answers = try await answers("GET /health HTTP/1.1\r\nHo", limits: limits)
        #expect(statuses(answers) == ["408"])
        limits.idleTimeout = .milliseconds(100)
        #expect(try await self.answers("", limits: limits).isEmpty)
    }

    @Test("Closes on a client that asks and asks but takes no answer")
    func neverReads() async throws {
        var limits = HTTPLimits()
        limits.sendTimeout = .milliseconds(200)
        try await TestServer.run(limits: limits) { server in
            let channel = try await FloodClient.connect(port: server.port)
            // Long answers, so that few of them fill what the system keeps of a connection.
            let request = "GET /long HTTP/1.1\r\nHost: x\r\n\r\n"
            let requests = ByteBuffer(string: String(repeating: request, count: 2_000))
            await #expect(throws: (any Error).self) {
                for _ in 0..<1_000 { try await channel.writeAndFlush(requests) }
            }
            try await channel.closeFuture.get()
        }
    }
}

/// A client that never reads.
private enum FloodClient {
    static func connect(port: Int) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            // Little room, so that the server soon has answers that nobody takes.
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .connect(host: "127.0.0.1", port: port)
            .get()
    }
}
