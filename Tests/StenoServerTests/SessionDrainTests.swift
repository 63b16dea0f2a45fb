import InMemoryLogging
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import TestSupport
import Testing

@testable import StenoServer

@Suite("Session drain", .timeLimit(.minutes(1)))
struct SessionDrainTests {
    /// A session that stays until it is told to end, and notes what it was told.
    final class Stay: Sendable {
        let notes = Mutex<[String]>([])
        private let (stream, end) = AsyncStream<Never>.makeStream()

        var controls: SessionDrain.Controls {
            SessionDrain.Controls(
                endInput: { self.notes.withLock { $0.append("end") } },
                disconnect: { self.notes.withLock { $0.append("disconnect") } }
            )
        }

        func run() async { for await _ in stream {} }
        func leave() { end.finish() }
    }

    let clock = ManualClock()
    let log = InMemoryLogHandler()

    func drain(maximum: Int = 10) -> SessionDrain {
        let log = log
        return SessionDrain(
            maximum: maximum,
            grace: .seconds(20),
            clock: clock,
            logger: Logger(label: "test") { _ in log }
        )
    }

    @Test("Takes no more sessions than it may")
    func maximum() async throws {
        let drain = drain(maximum: 1)
        let stay = Stay()
        try await withThrowingTaskGroup { group in
            group.addTask { try await drain.admit(stay.controls) { await stay.run() } }
            await until { drain.refusal == .full }
            await #expect(throws: SessionDrain.Refusal.full) { try await drain.admit(Stay().controls) {} }
            stay.leave()
            try await group.waitForAll()
        }
        #expect(drain.refusal == nil)
    }

    @Test("Ends the input of its sessions, refuses new ones, and waits until they have left")
    func waits() async throws {
        let drain = drain()
        let stay = Stay()
        try await testGracefulShutdown { shutdown in
            async let session: Void = drain.admit(stay.controls) { await stay.run() }
            async let drained: Void = drain.run()
            await until { drain.hasSessions }
            shutdown.triggerGracefulShutdown()
            await until { stay.notes.withLock { $0 } == ["end"] }
            #expect(drain.isDraining)
            await #expect(throws: SessionDrain.Refusal.draining) { try await drain.admit(Stay().controls) {} }
            stay.leave()
            try await drained
            try await session
        }
        #expect(log.entries.map(\.level) == [.info])
        #expect(stay.notes.withLock { $0 } == ["end"])
    }

    @Test("Cuts sessions off when the grace has passed")
    func cutsOff() async throws {
        let drain = drain()
        let stay = Stay()
        try await testGracefulShutdown { shutdown in
            async let session: Void = drain.admit(stay.controls) { await stay.run() }
            async let drained: Void = drain.run()
            await until { drain.hasSessions }
            shutdown.triggerGracefulShutdown()
            await until { clock.sleepers == 1 }
            clock.advance(by: .seconds(20))
            try await drained
            #expect(stay.notes.withLock { $0 } == ["end", "disconnect"])
            stay.leave()
            try await session
        }
        #expect(log.entries.map(\.level) == [.info, .warning])
    }

    @Test("Ends at once when there is no session")
    func empty() async throws {
        let drain = drain()
        try await testGracefulShutdown { shutdown in
            async let drained: Void = drain.run()
            shutdown.triggerGracefulShutdown()
            try await drained
        }
    }
}

extension SessionDrain {
    /// Runs `session` as one of the counted.
    fileprivate func admit<Result>(_ controls: Controls, _ session: () async throws -> Result) async throws -> Result {
        let seat = try enter(controls)
        defer { withExtendedLifetime(seat) {} }
        return try await session()
    }
}
