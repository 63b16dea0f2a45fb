import CoreMetrics
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Utterance cutter")
struct UtteranceCutterTests {
    @Test("Holds what the ledger calls open, after every command", arguments: 0..<200)
    func open(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let account = AudioAccount(metrics: SessionMetrics(factory: NOOPMetricsHandler.instance))
        var cutter = UtteranceCutter(
            settings: SessionHarness.settings,
            detector: LoudnessDetector(),
            account: account,
            conversation: Conversation(limit: 2),
            makeID: { "item" }
        )
        var cut = 0
        for _ in 0..<80 {
            for case .utterance(let utterance) in cutter.handle(SessionPropertyTests.command(&random)) {
                cut += utterance.fresh
            }
            #expect(account.snapshot.open == cutter.buffered + cut)
        }
        for case .utterance(let utterance) in cutter.finish() { cut += utterance.fresh }
        #expect(account.snapshot.open == cut)
    }
}
