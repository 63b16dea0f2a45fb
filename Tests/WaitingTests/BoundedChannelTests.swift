import TestSupport
import Testing
import Waiting

@Suite("Bounded channel", .timeLimit(.minutes(1)))
struct BoundedChannelTests {
    @Test("Delivers everything in order through little room")
    func order() async {
        let channel = BoundedChannel<Int>(capacity: 2)
        let sender = Task {
            for number in 0..<500 { await channel.send(number) }
            channel.finish()
        }
        var received: [Int] = []
        for await number in channel { received.append(number) }
        await sender.value
        #expect(received == Array(0..<500))
    }

    @Test("A sender waits while it is full, and what was accepted outlives the end")
    func room() async {
        let channel = BoundedChannel<Int>(capacity: 1)
        #expect(await channel.send(1))
        let waiting = Task { await channel.send(2) }
        await until { channel.load.waiting == 1 }
        let iterator = channel.makeAsyncIterator()
        #expect(await iterator.next(isolation: nil) == 1)
        #expect(await waiting.value)

        let late = Task { await channel.send(3) }
        await until { channel.load.waiting == 1 }
        channel.finish()
        #expect(await !late.value)
        #expect(await iterator.next(isolation: nil) == 2)
        #expect(await iterator.next(isolation: nil) == nil)
        #expect(await !channel.send(4))
    }

    @Test("Cancelling ends a wait for room, and a wait for an element")
    func cancelled() async {
        let channel = BoundedChannel<Int>(capacity: 1)
        await channel.send(1)
        let sender = Task { await channel.send(2) }
        await until { channel.load.waiting == 1 }
        sender.cancel()
        #expect(await !sender.value)
        #expect(channel.load == (buffered: 1, waiting: 0))

        let empty = BoundedChannel<Int>(capacity: 1)
        let consumer = Task {
            for await _ in empty { Issue.record("Nothing was sent") }
        }
        consumer.cancel()
        await consumer.value
        // What is sent later waits for the next consumer.
        #expect(await empty.send(5))
        #expect(empty.load.buffered == 1)
    }
}
