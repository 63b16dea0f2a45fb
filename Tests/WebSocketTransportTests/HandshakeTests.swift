import HummingbirdCore
import Testing
import WebSocketTransport

@Suite("The opening handshake", .timeLimit(.minutes(1)))
struct HandshakeTests {
    private static let health = "GET /health HTTP/1.1\r\nHost: x\r\n"

    @Test("Answers the example of RFC 6455 section 1.3")
    func accepts() async throws {
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(
                    RawClient.upgradeRequest(extra: "Sec-WebSocket-Extensions: permessage-deflate\r\n")
                )
                let head = try await client.head().lowercased()
                #expect(head.hasPrefix("http/1.1 101 switching protocols\r\n"))
                #expect(head.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"))
                #expect(head.contains("\r\nupgrade: websocket\r\n"))
                #expect(head.contains("\r\nconnection: upgrade\r\n"))
                #expect(!head.contains("sec-websocket-extensions"))
                #expect(!head.contains("sec-websocket-protocol"))
                #expect(!head.contains("transfer-encoding"))
            }
        }
    }

    @Test("Names the subprotocol that the route chose")
    func subprotocol() async throws {
        try await TestServer.run(subprotocol: "realtime") { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(RawClient.upgradeRequest(extra: "Sec-WebSocket-Protocol: realtime, other\r\n"))
                #expect(try await client.head().lowercased().contains("\r\nsec-websocket-protocol: realtime\r\n"))
            }
        }
    }

    @Test(
        "Refuses what is no handshake, and closes",
        arguments: [
            (RawClient.upgradeRequest(version: "8"), "426", "sec-websocket-version: 13"),
            (RawClient.upgradeRequest(version: nil), "426", "sec-websocket-version: 13"),
            (RawClient.upgradeRequest(key: nil), "400", "connection: close"),
            (RawClient.upgradeRequest(key: "tooshort"), "400", "connection: close"),
            (RawClient.upgradeRequest(key: "dGhlIHNhbXBsZSBub25jZ!=="), "400", "connection: close"),
            ("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "426", "upgrade: websocket"),
            (
                RawClient.upgradeRequest().replacing("GET /ws ", with: "GET /nope "), "404", "connection: close"
            ),
        ]
    )
    func refuses(request: String, status: String, header: String) async throws {
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(request)
                let head = try await client.head().lowercased()
                #expect(head.hasPrefix("http/1.1 \(status) "))
                #expect(head.contains("\r\n\(header)\r\n"))
                while try await !client.read(1).isEmpty {}
            }
        }
    }

    @Test("Takes an upgrade and its first frame in one packet")
    func onePacket() async throws {
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(Array(RawClient.upgradeRequest().utf8) + clientFrame(1, Array("yo".utf8)))
                #expect(try await client.head().hasPrefix("HTTP/1.1 101"))
                #expect(try await client.dataFrame()?.text == "yo")
            }
        }
    }

    @Test("Takes a request, an upgrade and a frame in one packet, in any case of letters")
    func pipelined() async throws {
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                let requests =
                    Self.health + "\r\n" + RawClient.upgradeRequest().replacing("websocket", with: "WebSocket")
                try await client.send(Array(requests.utf8) + clientFrame(1, Array("yo".utf8)))
                #expect(try await client.head().hasPrefix("HTTP/1.1 200"))
                #expect(try await client.read(2) == Array("ok".utf8))
                #expect(try await client.head().hasPrefix("HTTP/1.1 101"))
                #expect(try await client.dataFrame()?.text == "yo")
            }
        }
    }

    @Test("Upgrades a connection that has served requests before, as behind a proxy")
    func keepAlive() async throws {
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                for _ in 0..<3 {
                    try await client.send(Self.health + "\r\n")
                    #expect(try await client.head().hasPrefix("HTTP/1.1 200"))
                    #expect(try await client.read(2) == Array("ok".utf8))
                }
                try await client.send(RawClient.upgradeRequest())
                #expect(try await client.head().hasPrefix("HTTP/1.1 101"))
                try await client.send(clientFrame(1, [97]))
                #expect(try await client.dataFrame()?.text == "a")
            }
        }
    }

    @Test("Answers requests that offer another upgrade, with and without a body")
    func otherUpgrades() async throws {
        let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(Self.health + offer + "\r\n")
                let head = try await client.head()
                #expect(head.hasPrefix("HTTP/1.1 200"))
                #expect(try await client.read(100) == Array("ok".utf8))
            }
            try await RawClient.with(port: server.port) { client in
                let body = String(repeating: "x", count: 5000)
                try await client.send("POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\(offer)\r\n\(body)")
                #expect(try await client.head().hasPrefix("HTTP/1.1 200"))
                #expect(try await client.read(100) == Array("5000".utf8))
            }
        }
    }

    @Test("Says so when the server was built without upgrades")
    func plainServer() async throws {
        try await TestServer.run(http: .http1()) { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send(RawClient.upgradeRequest(extra: "Connection: close\r\n"))
                #expect(try await client.head().hasPrefix("HTTP/1.1 500"))
            }
        }
    }

    @Test("Answers garbage with 400")
    func garbage() async throws {
        try await TestServer.run { server in
            try await RawClient.with(port: server.port) { client in
                try await client.send("garbage\r\n\r\n")
                #expect(try await client.head().hasPrefix("HTTP/1.1 400"))
            }
        }
    }
}
