import TestSupport
import Testing

@testable import Transcription

@Suite("Backend gate", .timeLimit(.minutes(1)))
struct BackendGateTests {
    private let clock = ManualClock()

    private func pass(
        _ gate: BackendGate<ManualClock>,
        _ load: BackendLoad,
        after time: Duration = .zero
    ) async throws {
        try await gate.run(TranscriptionRequest(samples: [Int16](repeating: 1, count: 16_000))) {
            clock.advance(by: time)
            return (load, .success(()))
        }
    }

    @Test("Takes more requests while answers are as quick, and fewer after an overload")
    func limit() async throws {
        let gate = BackendGate(ceiling: 4, clock: clock)
        #expect(gate.limit == 2)
        try await pass(gate, .overloaded(retryAfter: nil), after: .seconds(30))
        #expect(gate.limit == 1)
        for _ in 0..<8 { try await pass(gate, .answered, after: .seconds(1)) }
        #expect(gate.limit == 2)
        try await pass(gate, .unknown)
        #expect(gate.limit == 2)
    }

    @Test("Starts no request until the moment that the backend named")
    func retryAfter() async throws {
        let gate = BackendGate(ceiling: 4, clock: clock)
        try await pass(gate, .overloaded(retryAfter: .seconds(5)))
        try await withThrowingTaskGroup(of: ManualClock.Instant.self) { group in
            group.addTask {
                try await gate.run(TranscriptionRequest(samples: [1])) { (.answered, .success(clock.now)) }
            }
            await until { clock.sleepers == 1 }
            clock.advance(by: .seconds(4))
            #expect(clock.sleepers == 1)
            clock.advance(by: .seconds(1))
            for try await time in group { #expect(time == clock.now) }
        }
    }

    @Test("Lets a request that waits for that moment be cancelled")
    func cancellation() async throws {
        let gate = BackendGate(ceiling: 4, clock: clock)
        try await pass(gate, .overloaded(retryAfter: .seconds(5)))
        let waiting = Task { try await pass(gate, .answered) }
        await until { clock.sleepers == 1 }
        waiting.cancel()
        await #expect(throws: TranscriptionError.cancelled) { try await waiting.value }
        #expect(clock.sleepers == 0)
    }

    @Test("Brings the failure of a request")
    func failure() async {
        let gate = BackendGate(ceiling: 4, clock: clock)
        await #expect(throws: TranscriptionError.disconnected) {
            try await gate.run(TranscriptionRequest(samples: [1])) {
                (.unknown, Result<Int, TranscriptionError>.failure(.disconnected))
            }
        }
    }
}

@Suite("Deadline", .timeLimit(.minutes(1)))
struct DeadlineTests {
    private let clock = ManualClock()

    @Test("Brings what is done in time, and its error")
    func inTime() async throws {
        let value = try await withDeadline(.seconds(1), clock: clock) { () async throws(TranscriptionError) in 7 }
        #expect(value == 7)
        await #expect(throws: TranscriptionError.unreachable) {
            try await withDeadline(.seconds(1), clock: clock) { () async throws(TranscriptionError) -> Int in
                throw .unreachable
            }
        }
        #expect(clock.sleepers == 0)
    }

    @Test("Cancels what takes too long")
    func late() async {
        let work = Task { try await self.forever() }
        await until { clock.sleepers == 2 }
        clock.advance(by: .seconds(1))
        await #expect(throws: TranscriptionError.expired(seconds: 1)) { try await work.value }
    }

    @Test("Ends with its task")
    func cancelled() async {
        let work = Task { try await self.forever() }
        await until { clock.sleepers == 2 }
        work.cancel()
        await #expect(throws: TranscriptionError.cancelled) { try await work.value }
        #expect(clock.sleepers == 0)
    }

    private func forever() async throws(TranscriptionError) {
        try await withDeadline(.seconds(1), clock: clock) { () async throws(TranscriptionError) in
            try? await clock.sleep(for: .seconds(1_000))
            throw .cancelled
        }
    }
}
