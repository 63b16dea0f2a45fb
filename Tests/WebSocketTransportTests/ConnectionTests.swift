import Testing
import WebSocketTransport

@Suite("A WebSocket connection", .timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test("Echoes messages of every length form, whole or in fragments")
    func echoes() async throws {
        try await TestServer.run { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                for size in [0, 1, 125, 126, 127, 4096, 4097, 65535, 65536, 900_000] {
                    let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                    try await client.send(clientFrame(2, payload))
                    #expect(try await client.dataFrame() == .init(opcode: 2, payload: payload))
                }
                try await client.send(
                    clientFrame(1, Array("h\u{e9}".utf8.prefix(2)), isFinal: false)
                        + clientFrame(9, Array("p".utf8))
                        + clientFrame(0, Array("h\u{e9}".utf8.dropFirst(2)))
                )
                #expect(try await client.frame() == .init(opcode: 10, payload: Array("p".utf8)))
                #expect(try await client.frame() == .init(opcode: 1, payload: Array("h\u{e9}".utf8)))
            }
        }
    }

    @Test("Understands a frame sent a byte at a time, and 2000 in one burst")
    func splitsAndBursts() async throws {
        try await TestServer.run { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let payload = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
                for byte in clientFrame(2, payload) { try await client.send([byte]) }
                #expect(try await client.dataFrame() == .init(opcode: 2, payload: payload))
                let burst = (0..<2000).flatMap { clientFrame(2, Array(repeating: UInt8($0 % 256), count: 50)) }
                try await client.send(burst)
                for index in 0..<2000 {
                    let frame = try await client.dataFrame()
                    try #require(frame?.payload == Array(repeating: UInt8(index % 256), count: 50))
                }
            }
        }
    }

    @Test(
        "Answers a breach of the protocol with its code and ends",
        arguments: [
            ("unmasked", clientFrame(1, [104], key: nil), 1002),
            ("reserved bit", clientFrame(1, [104], reserved: 4), 1002),
            ("bad text", clientFrame(1, [0xFF, 0xFE]), 1007),
            ("2^63 bytes", [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0], 1009),
            ("illegal close code", closeFrame(1005), 1002),
        ]
    )
    func breach(name: String, bytes: [UInt8], code: Int) async throws {
        try await TestServer.run { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                try await client.send(bytes)
                #expect(try await client.dataFrame()?.closeCode == code, "\(name)")
                #expect(try await client.frame() == nil, "\(name)")
            }
        }
    }

    @Test("Ends the handler's input on demand, and still lets it send and close in order")
    func endInput() async throws {
        let handler: TestServer.Handler = { inbound, outbound in
            _ = try await inbound.next()
            await outbound.endInput()
            let rest = try await inbound.next()
            try await outbound.send(.text(rest == nil ? "ended" : "more"))
            return WebSocketClose(.goingAway)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                try await client.send(clientFrame(1, Array("first".utf8)))
                #expect(try await client.dataFrame() == .init(opcode: 1, payload: Array("ended".utf8)))
                #expect(try await client.dataFrame()?.closeCode == 1001)
                try await client.send(closeFrame(1001))
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Wakes a handler that waits for input when the input is ended by another task")
    func endInputWhileWaiting() async throws {
        let handler: TestServer.Handler = { inbound, outbound in
            async let ending: Void = outbound.endInput()
            let message = try await inbound.next()
            await ending
            return WebSocketClose(.goingAway, reason: message == nil ? "ended" : "more")
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let close = try await client.dataFrame()
                #expect(close?.closeCode == 1001)
                #expect(close?.payload.dropFirst(2).elementsEqual("ended".utf8) == true)
            }
        }
    }

    @Test("Disconnects at once with 1001, and cancels the handler")
    func disconnect() async throws {
        let handler: TestServer.Handler = { inbound, outbound in
            await outbound.disconnect()
            while try await inbound.next() != nil {}
            return WebSocketClose(.normal)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let close = try await client.dataFrame()
                let end = try await client.frame()
                #expect(close?.closeCode == 1001)
                #expect(end == nil)
            }
        }
    }

    @Test("Echoes the peer's close code", arguments: [1000, 1001, 3000, 4999, nil])
    func closeEcho(code: Int?) async throws {
        try await TestServer.run { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                try await client.send(closeFrame(code, code == nil ? "" : "bye"))
                #expect(try await client.dataFrame()?.closeCode == code ?? 1005)
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Sends what the handler still has after the peer's close, and only then its own")
    func flushAfterClose() async throws {
        let handler: TestServer.Handler = { inbound, outbound in
            while try await inbound.next() != nil {}
            try await outbound.send(.text("last words"))
            return WebSocketClose(.policyViolation)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                try await client.send(closeFrame(1000))
                #expect(try await client.dataFrame()?.text == "last words")
                #expect(try await client.dataFrame()?.closeCode == 1000)
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Sends what the handler still has after the peer has ended its direction")
    func flushAfterHalfClose() async throws {
        let handler: TestServer.Handler = { inbound, outbound in
            while try await inbound.next() != nil {}
            for _ in 0..<200 { await Task.yield() }
            try await outbound.send(.text("last words"))
            return WebSocketClose(.normal)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                client.finish()
                let first = try await client.dataFrame()
                #expect(first?.text == "last words")
                #expect(try await client.dataFrame()?.closeCode == 1000)
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Closes with the handler's code and waits for the peer's close")
    func handlerCloses() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.closeTimeout = .seconds(30)
        let handler: TestServer.Handler = { _, _ in WebSocketClose(.goingAway, reason: "shutting down") }
        try await TestServer.run(configuration, handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let close = try await client.dataFrame()
                #expect(close?.closeCode == 1001)
                #expect(close.map { String(decoding: $0.payload.dropFirst(2), as: UTF8.self) } == "shutting down")
                try await client.send(clientFrame(2, [1, 2, 3]) + clientFrame(9, []) + closeFrame(1001))
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Ends the connection when the peer does not answer the close")
    func closeTimeout() async throws {
        let handler: TestServer.Handler = { _, _ in WebSocketClose(.normal) }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let first = try await client.dataFrame()
                #expect(first?.closeCode == 1000)
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Lets the handler explain a message that is too large before it closes with 1009")
    func tooLarge() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.closeTimeout = .seconds(30)
        let handler: TestServer.Handler = { inbound, outbound in
            do {
                while let message = try await inbound.next() { try await outbound.send(message) }
            } catch let error as WebSocketProtocolError {
                try await outbound.send(.text("\(error)"))
                throw error
            }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(configuration, handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let part = Array(repeating: UInt8(120), count: 60_000)
                for index in 0..<20 { try await client.send(clientFrame(index == 0 ? 2 : 0, part, isFinal: false)) }
                #expect(try await client.dataFrame()?.text.contains("1048576") == true)
                #expect(try await client.dataFrame()?.closeCode == 1009)
                client.finish()
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Closes with 1011 when the endpoint cannot be made")
    func endpointFails() async throws {
        struct Failure: Error {}
        try await TestServer.run(failure: Failure()) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let first = try await client.dataFrame()
                #expect(first?.closeCode == 1011)
            }
        }
    }
}
