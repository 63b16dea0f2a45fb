import Audio
import MetricsTestKit
import SpeechDetection
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Evidence for a voice", .timeLimit(.minutes(1)))
struct VoiceEvidenceTests {
    private static var manual: SessionUpdate {
        var update = SessionUpdate()
        update.turnDetection = .off
        return update
    }

    private static func core(isManual: Bool, checks: Bool = true) -> SessionCore {
        var settings = SessionHarness.settings
        settings.checksManualCommits = checks
        if isManual { settings.apply(manual) }
        return SessionCore(settings: settings, detector: LoudnessDetector(), makeID: { "item" })
    }

    /// What the engine is asked when these commands come.
    private static func requests(
        _ commands: [ClientCommand],
        isManual: Bool,
        checks: Bool = true
    ) -> [TranscriptionRequest] {
        var core = core(isManual: isManual, checks: checks)
        var effects: [SessionCore.Effect] = []
        for command in commands { core.handle(command, into: &effects) }
        return effects.compactMap { if case .transcribe(let request, _, _) = $0 { request } else { nil } }
    }

    @Test("Comes with an utterance, with turn detection and without", arguments: [false, true])
    func evidence(isManual: Bool) {
        let commands: [ClientCommand] = [.silence(100), .speech(200), .silence(100), .commit(eventID: nil)]
        let requests = Self.requests(commands, isManual: isManual)
        #expect(requests.map(\.voice) == [VoiceEvidence(peak: 1, voiced: 3_200)])
    }

    @Test("Counts from the last cut, and says how much is context")
    func cut() {
        let requests = Self.requests([.speech(1_200), .commit(eventID: nil)], isManual: true)
        #expect(requests.count == 2)
        for request in requests {
            let own = request.samples.count - request.context
            #expect(request.context > 0)
            #expect(abs((request.voice?.voiced ?? 0) - own) <= 160)
        }
    }

    @Test("Is forgotten with what is cleared or was committed before")
    func forgotten() {
        let commands: [ClientCommand] = [
            .speech(300), .clear, .silence(200), .commit(eventID: nil), .speech(200), .commit(eventID: nil),
            .silence(205), .commit(eventID: nil),
        ]
        let requests = Self.requests(commands, isManual: true, checks: false)
        #expect(requests.map { $0.voice?.voiced } == [0, 3_200, 0])
    }

    @Test("Keeps a commit from the engine when there is none", arguments: [false, true])
    func commit(isManual: Bool) async throws {
        var settings = SessionHarness.settings
        // What was too little for an utterance is still held for a commit.
        settings.turnDetection?.prefixPadding = 3_200
        if isManual { settings.apply(Self.manual) }
        let harness = SessionHarness(settings: settings)
        try await harness.run { harness in
            // One voiced frame of 10 ms is less than the 20 ms that start an utterance.
            await harness.send(.silence(200), .speech(10), .silence(100), .commit(eventID: nil))
        }
        #expect(harness.transcriber.requests.isEmpty)
        guard case .transcribed(_, let transcript) = harness.received.first else {
            Issue.record("A commit has an answer: \(harness.received.map(\.summary))")
            return
        }
        #expect(transcript == Transcript(rejected: .noSpeech))
    }

    @Test("Asks about every manual commit where the guard is off")
    func unchecked() {
        let commands: [ClientCommand] = [.silence(200), .commit(eventID: nil)]
        #expect(Self.requests(commands, isManual: true, checks: false).count == 1)
    }

    @Test(
        "Discards what the guard dropped, counts why, and books what it only marked as transcribed",
        arguments: [true, false]
    )
    func rejected(isDropped: Bool) async throws {
        let harness = SessionHarness()
        try await harness.run { harness in
            await harness.send(.speech(200), .silence(100))
            harness.finish()
            await until { harness.transcriber.waiting.count == 1 }
            var transcript = Transcript(text: isDropped ? "" : "You")
            transcript.rejection = .knownPhantom
            harness.transcriber.answer(0, .success(transcript))
        }
        #expect(harness.session.ledger.discarded[.rejected, default: 0] == (isDropped ? 3_200 : 0))
        #expect(harness.session.ledger.transcribed == (isDropped ? 0 : 3_200))
        let reason = [("reason", "known_phantom")]
        #expect(try harness.metrics.expectCounter("steno_transcripts_rejected_total", reason).totalValue == 1)
    }
}
