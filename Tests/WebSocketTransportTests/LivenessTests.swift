import Limits
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing
import WebSocketTransport

@Suite("The life of a connection", .timeLimit(.minutes(1)))
struct LivenessTests {
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
        configuration.closeTimeout = .seconds(30)
        let outcomes = Outcomes()
        let handler: TestServer.Handler = { _, outbound in
            let payload = ByteBuffer(repeating: 1, count: 1 << 18)
            await outcomes.record { while true { try await outbound.send(.binary(payload)) } }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(configuration, handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                await outcomes.ended()
                #expect(outcomes.closed == .slowReader)
                // The client wakes up within the grace and finds the reason behind all that it had left unread.
                let close = [0x88, 25, 0x03, 0xF0] + Array("client reads too slowly".utf8)
                var tail: [UInt8] = []
                while !tail.elementsEqual(close) {
                    let more = try await client.available()
                    try #require(!more.isEmpty)
                    tail = (tail + more.suffix(close.count)).suffix(close.count)
                }
            }
        }
    }

    @Test("Pings and keeps a peer that answers")
    func keepsAlive() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .milliseconds(20)
        try await TestServer.run(configuration) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                for _ in 0..<10 {
                    #expect(try await client.frame() == .init(opcode: 9, payload: []))
                    try await client.send(clientFrame(10, []))
                }
            }
        }
    }

    @Test("Closes with 1011 on a peer that answers no ping, and cancels its handler")
    func noAnswer() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .milliseconds(20)
        configuration.pongTimeout = .milliseconds(50)
        let outcomes = Outcomes()
        let handler: TestServer.Handler = { inbound, _ in
            await outcomes.record { while try await inbound.next() != nil {} }
            return WebSocketClose(.normal)
        }
        try await TestServer.run(configuration, handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                let close = try await client.dataFrame()
                #expect(close?.closeCode == 1011)
                #expect(try await client.frame() == nil)
            }
        }
        #expect(outcomes.wasCancelled)
    }

    @Test("Does not fall to the limits of HTTP")
    func idle() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .seconds(1)
        var limits = HTTPLimits()
        limits.idleTimeout = .milliseconds(300)
        limits.requestTimeout = .milliseconds(300)
        try await TestServer.run(configuration, limits: limits) { server in
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

    /// Takes messages only once `signal` has ended, and then answers with how many bytes they had.
    private static func handlerThatCounts(after signal: AsyncStream<Void>) -> TestServer.Handler {
        { inbound, outbound in
            for await _ in signal {}
            var bytes = 0
            while let message = try await inbound.next() { bytes += message.payload.readableBytes }
            try await outbound.send(.text("\(bytes)"))
            return WebSocketClose(.normal)
        }
    }

    @Test("Answers a ping behind messages that the handler has not taken, and gives it all of them later")
    func answersPingWhileBusy() async throws {
        let (signal, signaller) = AsyncStream<Void>.makeStream()
        let handler = Self.handlerThatCounts(after: signal)
        try await TestServer.run(handler: handler) { server in
            try await RawClient.withWebSocket(port: server.port) { client in
                // More than is read of a socket before anyone asks for it.
                for mark in UInt8(0)..<9 {
                    try await client.send(clientFrame(2, Array(repeating: 7, count: 100_000)))
                    try await client.send(clientFrame(9, [mark]))
                    #expect(try await client.frame() == .init(opcode: 10, payload: [mark]))
                }
                signaller.finish()
                try await client.send(closeFrame(1000))
                #expect(try await client.dataFrame()?.text == "900000")
            }
        }
    }

    @Test("Refuses a message in parts that the budget has no room for with 1013, and gives everything back")
    func budget() async throws {
        let budget = MemoryBudget(limit: 1 << 19)
        try await TestServer.run(budget: budget) { server in
            try await RawClient.withWebSocket(port: server.port) { first in
                try await first.send(clientFrame(2, Array(repeating: 7, count: 300_000)).dropLast(1).map(\.self))
                while budget.used < 300_000 { await Task.yield() }
                try await RawClient.withWebSocket(port: server.port) { second in
                    try await second.send(clientFrame(2, Array(repeating: 7, count: 300_000)))
                    #expect(try await second.dataFrame()?.closeCode == 1013)
                }
                try await first.send([7 ^ 4])
                #expect(try await first.dataFrame()?.payload.count == 300_000)
                try await first.send(closeFrame(1000))
                #expect(try await first.dataFrame()?.closeCode == 1000)
            }
        }
        #expect(budget.used == 0)
    }

    @Test("Stops reading from a peer whose messages nobody takes, and does not count its silence")
    func backPressure() async throws {
        var configuration = WebSocketConfiguration.testing
        configuration.pingInterval = .milliseconds(250)
        configuration.pongTimeout = .seconds(2)
        let (signal, signaller) = AsyncStream<Void>.makeStream()
        let handler = Self.handlerThatCounts(after: signal)
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
                    // Twelve pings pass unanswered; a peer that we listened to would be gone after nine.
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
    var closed: WebSocketLoss? { result.withLock { ($0 as? WebSocketClosed)?.cause } }

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
