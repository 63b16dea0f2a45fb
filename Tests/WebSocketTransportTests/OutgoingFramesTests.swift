import NIOCore
import TestSupport
import Testing

@testable import WebSocketTransport

@Suite("The queue of outgoing frames", .timeLimit(.minutes(1)))
struct OutgoingFramesTests {
    private func bytes(_ buffers: [ByteBuffer]?) -> [UInt8]? {
        buffers?.flatMap { Array($0.readableBytesView) }
    }

    @Test("Puts small frames into one buffer and leaves a large payload alone")
    func wireForm() async throws {
        let frames = OutgoingFrames()
        let large = ByteBuffer(repeating: 5, count: 4097)
        try await frames.send(.text, "a")
        try await frames.send(.binary, large)
        try await frames.send(.pong, "b")
        try await frames.send(.binary, ByteBuffer(repeating: 6, count: 4096))
        let batch = try #require(await frames.next())
        #expect(batch.map(\.readableBytes) == [3 + 4, 4097, 3 + 4 + 4096])
        #expect(Array(batch[0].readableBytesView) == [0x81, 1, 97, 0x82, 126, 0x10, 0x01])
        #expect(batch[1] == large)
        #expect(Array(batch[2].readableBytesView.prefix(3)) == [0x8A, 1, 98])
    }

    @Test("Makes senders wait for room and keeps their order")
    func bounded() async throws {
        let frames = OutgoingFrames(capacity: 30)
        let done = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for index in 0..<100 {
                    try await frames.send(.binary, ByteBuffer(bytes: [UInt8(index)]))
                    done.increment()
                }
                frames.finish()
            }
            await until { done.value >= 3 }
            for _ in 0..<50 { await Task.yield() }
            #expect(done.value == 3, "Eleven bytes are counted for each, so the third fills the queue")
            var all: [UInt8] = []
            while let batch = await frames.next() { all += bytes(batch) ?? [] }
            #expect(all == (0..<100).flatMap { [0x82, 1, UInt8($0)] })
            try await group.waitForAll()
        }
    }

    @Test("Lets a waiting sender be cancelled, without a trace")
    func cancellation() async throws {
        let frames = OutgoingFrames(capacity: 1)
        try await frames.send(.text, "a")
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    try await frames.send(.text, "b")
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            for _ in 0..<20 { await Task.yield() }
            group.cancelAll()
            #expect(await group.next() == true)
        }
        frames.finish()
        #expect(bytes(await frames.next()) == [0x81, 1, 97])
        #expect(await frames.next() == nil)
    }

    @Test("Puts the close behind those who wait, then refuses")
    func close() async throws {
        let frames = OutgoingFrames(capacity: 1)
        try await frames.send(.text, "a")
        let entered = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                entered.increment()
                try await frames.send(.text, "b")
            }
            await until { entered.value == 1 }
            for _ in 0..<200 { await Task.yield() }
            frames.close(WebSocketClose(.normal).payload)
            try await group.waitForAll()
        }
        await #expect(throws: WebSocketClosed(cause: .closing)) { try await frames.send(.text, "c") }
        #expect(bytes(await frames.next()) == [0x81, 1, 97, 0x81, 1, 98, 0x88, 2, 3, 232])
        frames.finish()
        #expect(await frames.next() == nil)
    }

    @Test("Fails every sender and ends the writer when the connection is lost")
    func abort() async throws {
        let frames = OutgoingFrames(capacity: 1)
        try await frames.send(.text, "a")
        await withTaskGroup(of: WebSocketClosed?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do {
                        try await frames.send(.text, "b")
                        return nil
                    } catch {
                        return error as? WebSocketClosed
                    }
                }
            }
            for _ in 0..<20 { await Task.yield() }
            frames.abort(.slowReader)
            for await error in group { #expect(error?.cause == .slowReader) }
        }
        #expect(await frames.next() == nil)
        frames.close(ByteBuffer())
        await #expect(throws: WebSocketClosed(cause: .slowReader)) { try await frames.send(.text, "c") }
    }

    @Test("Delivers everything from many senders to a writer that is often idle")
    func contention() async throws {
        let frames = OutgoingFrames(capacity: 64)
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var count = 0
                while let batch = await frames.next() { count += batch.reduce(0) { $0 + $1.readableBytes } }
                return count
            }
            try await withThrowingTaskGroup(of: Void.self) { senders in
                for _ in 0..<8 {
                    senders.addTask { for _ in 0..<500 { try await frames.send(.binary, "xyz") } }
                }
                try await senders.waitForAll()
            }
            frames.finish()
            return try await group.next()
        }
        #expect(count == 8 * 500 * 5)
    }
}

extension OutgoingFrames {
    fileprivate func send(_ opcode: FrameHeader.Opcode, _ text: String) async throws {
        try await send(opcode, ByteBuffer(string: text))
    }
}
