import HTTPTypes
import Hummingbird
import Logging
import TestSupport
import Testing
import Transcription

@testable import StenoServer

@Suite("Interruption", .timeLimit(.minutes(1)))
struct InterruptionTests {
    /// Stays until cancelled.
    static func stay() async throws {
        let (stream, _) = AsyncStream<Never>.makeStream()
        for await _ in stream {}
        try Task.checkCancellation()
    }

    @Test("Gives what the work gives, or throws what it throws")
    func undisturbed() async throws {
        let interruption = Interruption()
        #expect(try await interruption.run { 7 } == 7)
        await #expect(throws: TranscriptionError.unreachable) {
            try await interruption.run { throw TranscriptionError.unreachable }
        }
        #expect(try await interruption.run { 8 } == 8)
    }

    @Test("Cancels the work and says why", arguments: [Interruption.Reason.clientGone, .serverStopping])
    func cancels(reason: Interruption.Reason) async throws {
        let interruption = Interruption()
        let gate = Gate()
        async let work: Void = interruption.run {
            gate.open()
            try await Self.stay()
        }
        await gate.wait()
        interruption.interrupt(reason)
        do {
            try await work
            Issue.record("It ended")
        } catch {
            #expect(error as? Interruption.Reason == reason)
        }
    }

    @Test("Stays interrupted, for the reason that came first")
    func sticky() async throws {
        let interruption = Interruption()
        interruption.interrupt(.clientGone)
        interruption.interrupt(.serverStopping)
        let gate = Gate()
        await #expect(throws: Interruption.Reason.clientGone) { try await interruption.run { gate.open() } }
        #expect(!gate.isOpen)
    }

    @Test("Ends with its task")
    func cancelled() async throws {
        let interruption = Interruption()
        let gate = Gate()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await interruption.run {
                    gate.open()
                    try await Self.stay()
                }
            }
            await gate.wait()
            group.cancelAll()
            await #expect(throws: Interruption.Reason.serverStopping) { try await group.waitForAll() }
        }
    }

    @Test("A seat among the sessions is taken until it is gone")
    func seat() throws {
        let drain = SessionDrain(maximum: 1, grace: .zero, logger: Logger(label: "test"))
        var seat: SessionDrain.Seat? = try drain.enter(.init(endInput: {}, disconnect: {}))
        #expect(drain.refusal == .full)
        #expect(throws: SessionDrain.Refusal.full) { _ = try drain.enter(.init(endInput: {}, disconnect: {})) }
        withExtendedLifetime(seat) {}
        seat = nil
        #expect(drain.refusal == nil)
    }

    @Test(
        "Every failure has a status and keeps its code",
        arguments: [
            (.modelsNotInitialized, 503), (.backendStatus(429, code: "x"), 502), (.timeout(seconds: 1), 504),
            (.unreachable, 502), (.disconnected, 502), (.invalidResponse, 502), (.engineFailed, 500), (.cancelled, 503),
        ] as [(TranscriptionError, Int)]
    )
    func statuses(error: TranscriptionError, status: Int) throws {
        let answer = try #require(APIError(transcribing: error))
        #expect(answer.status.code == status)
        #expect(answer.code == error.code)
        #expect(answer.response.headers[.retryAfter] == (status == 503 ? "1" : nil))
    }

    @Test(
        "Echoes only a plain request id",
        arguments: [
            ("abc-DEF_1.2:3", true), ("", false), ("a b", false), ("é", false), ("a\u{0301}", false),
            (String(repeating: "a", count: 128), true), (String(repeating: "a", count: 129), false),
        ]
    )
    func requestID(id: String, isPlain: Bool) {
        #expect(RequestIDMiddleware.isPlain(id) == isPlain)
    }
}
