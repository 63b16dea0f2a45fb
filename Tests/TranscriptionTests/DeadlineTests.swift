import TestSupport
import Testing

@testable import Transcription

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
