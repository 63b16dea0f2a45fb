import NIOCore
import ServiceLifecycle
import Synchronization
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
        let handler: TestServer.Handler = { inbound, outbound in
            do {
                while let message = try await inbound.next() { try await outbound.send(message) }
            } catch let error as WebSocketProtocolError {
                try await outbound.send(.text("\(error)"))
                throw error
            }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let part = Array(repeating: UInt8(120), count: 60_000)
                for index in 0..<20 { try await client.send(clientFrame(index == 0 ? 2 : 0, part, isFinal: false)) }
                #expect(try await client.dataFrame()?.text.contains("1048576") == true)
                #expect(try await client.dataFrame()?.closeCode == 1009)
                #expect(try await client.frame() == nil)
            }
        }
    }

    @Test("Closes with 1011 when the handler fails")
    func handlerFails() async throws {
        struct Failure: Error {}
        try await TestServer.run(handler: { _, _ in throw Failure() }) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let first = try await client.dataFrame()
                #expect(first?.closeCode == 1011)
            }
        }
    }

    @Test("Cancels a handler whose peer reset the connection, whatever it waits for", arguments: [false, true])
    func resetCancels(handlerReads: Bool) async throws {
        let outcomes = Outcomes()
        let handler: TestServer.Handler = { inbound, outbound in
            try await outbound.send(.text("ready"))
            await outcomes.record {
                if handlerReads {
                    while try await inbound.next() != nil {}
                }
                try await Task.sleep(for: .seconds(600))
            }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(handler: handler) { server in
            try? await RawClient.withWebSocket(port: server.port) { client in
                #expect(try await client.dataFrame()?.text == "ready")
                try await client.reset()
            }
        }
        #expect(outcomes.wasCancelled)
    }

    @Test("Cancels a handler whose peer closed its socket without a word")
    func vanishedCancels() async throws {
        let outcomes = Outcomes()
        let handler: TestServer.Handler = { inbound, outbound in
            try await outbound.send(.text("ready"))
            await outcomes.record {
                while try await inbound.next() != nil {}
                try await Task.sleep(for: .seconds(600))
            }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                #expect(try await client.dataFrame()?.text == "ready")
                try await client.channel.close()
            }
        }
        #expect(outcomes.wasCancelled)
    }

    @Test("Disconnects a peer that takes nothing, with the reason if it can still be told")
    func slowReader() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.sendTimeout = .milliseconds(300)
        let outcomes = Outcomes()
        let handler: TestServer.Handler = { _, outbound in
            let payload = ByteBuffer(repeating: 1, count: 1 << 18)
            await outcomes.record { while true { try await outbound.send(.binary(payload)) } }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(configuration, handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                await outcomes.ended()
                #expect(outcomes.closed == .slowReader || outcomes.wasCancelled)
                var last: RawClient.Frame?
                while let frame = try? await client.frame() { last = frame }
                #expect(last?.opcode == 2 || last?.closeCode == 1008)
            }
        }
    }

    @Test("Pings a silent peer, keeps one that answers, and closes with 1011 on one that does not")
    func keepalive() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .milliseconds(50)
        configuration.pongTimeout = .milliseconds(250)
        try await TestServer.run(configuration) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                for _ in 0..<10 {
                    #expect(try await client.frame() == .init(opcode: 9, payload: []))
                    try await client.send(clientFrame(10, []))
                }
                #expect(try await client.dataFrame()?.closeCode == 1011)
            }
        }
    }

    @Test("Does not fall to Hummingbird's idle timeout")
    func idle() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .milliseconds(500)
        try await TestServer.run(configuration, idleTimeout: .milliseconds(50)) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                #expect(try await client.frame()?.opcode == 9)
                try await client.send(clientFrame(1, [97]))
                #expect(try await client.dataFrame()?.text == "a")
            }
        }
    }

    @Test("Outlives the server's graceful shutdown until the handler returns")
    func gracefulShutdown() async throws {
        let (signal, signaller) = AsyncStream<Void>.makeStream()
        let handler: TestServer.Handler = { inbound, outbound in
            for await _ in signal {}
            try await outbound.send(.text("draining"))
            return WebSocketClose(.goingAway)
        }
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                try await RawClient.with(port: server.port) { idle in
                    try await idle.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await idle.head().hasPrefix("HTTP/1.1 200"))
                    await server.services.triggerGracefulShutdown()
                    while try await !idle.read(1).isEmpty {}
                }
                signaller.finish()
                #expect(try await client.dataFrame()?.text == "draining")
                #expect(try await client.dataFrame()?.closeCode == 1001)
            }
        }
    }

    @Test("Stops reading from a peer whose messages nobody takes, and does not count its silence")
    func backPressure() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .milliseconds(100)
        configuration.pongTimeout = .milliseconds(600)
        let (signal, signaller) = AsyncStream<Void>.makeStream()
        let handler: TestServer.Handler = { inbound, outbound in
            for await _ in signal {}
            var bytes = 0
            while let message = try await inbound.next() { bytes += message.payload.readableBytes }
            try await outbound.send(.text("\(bytes)"))
            return WebSocketClose(.normal)
        }
        try await TestServer.run(configuration, handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let part = clientFrame(2, Array(repeating: 7, count: 100_000))
                let sent = Counter()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let channel = client.channel
                    group.addTask {
                        for _ in 0..<300 {
                            try await channel.writeAndFlush(ByteBuffer(bytes: part))
                            sent.increment()
                        }
                        try await channel.writeAndFlush(ByteBuffer(bytes: closeFrame(1000)))
                    }
                    // Twelve pings pass unanswered; a peer that we listened to would be gone after six.
                    for _ in 0..<12 { #expect(try await client.frame()?.opcode == 9) }
                    #expect(sent.value < 300)
                    signaller.finish()
                    #expect(try await client.dataFrame()?.text == "30000000")
                    try await group.waitForAll()
                }
                #expect(try await client.dataFrame()?.closeCode == 1000)
            }
        }
    }
}

/// How a handler's work ended.
final class Outcomes: Sendable {
    private let result = Mutex<(any Error)?>(nil)
    private let (signal, signaller) = AsyncStream<Never>.makeStream()

    var wasCancelled: Bool {
        result.withLock { $0 is CancellationError || ($0 as? WebSocketClosed)?.cause == .peerGone }
    }
    var closed: WebSocketClosed.Cause? { result.withLock { ($0 as? WebSocketClosed)?.cause } }

    func record(_ work: () async throws -> Void) async {
        defer { signaller.finish() }
        do { try await work() } catch { result.withLock { $0 = error } }
    }

    func ended() async { for await _ in signal {} }
}

final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock(\.self) }
    func increment() { count.withLock { $0 += 1 } }
}
