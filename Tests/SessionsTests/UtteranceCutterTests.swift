import Audio
import CoreMetrics
import Limits
import SpeechDetection
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
                cut += utterance.item.range.count
            }
            #expect(account.snapshot.open == cutter.buffered + cut)
        }
        for case .utterance(let utterance) in cutter.finish() { cut += utterance.item.range.count }
        #expect(account.snapshot.open == cut)
    }

    /// Speech with pauses of every length, noise in the samples, and utterances that reach the maximum.
    @Test("Cuts the same utterances however the audio is split", arguments: 0..<60)
    func split(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<12).flatMap { _ -> [UInt8] in
            let count = Int.random(in: 0...9_000, using: &random)
            let level: Int16 = Bool.random(using: &random) ? 8_000 : 40
            return PCM16.bytes((0..<count).map { _ in Bool.random(using: &random) ? level : -level })
        }
        var whole = Self.cutter()
        var expected = whole.handle(.append(audio: bytes, rate: nil)) + whole.finish()
        expected.removeAll { if case .event(.committed) = $0 { true } else { false } }
        var parts = Self.cutter()
        var outputs: [UtteranceCutter.Output] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...5_000, using: &random))
            outputs += parts.handle(.append(audio: Array(bytes[start..<end]), rate: nil))
            start = end
        }
        outputs += parts.finish()
        outputs.removeAll { if case .event(.committed) = $0 { true } else { false } }
        #expect(outputs == expected)
    }

    @Test("Leaves audio alone for which there is no room, keeps what is buffered, and gives the room back")
    func budget() {
        let budget = MemoryBudget(limit: 1 << 20)
        var settings = SessionHarness.settings
        settings.turnDetection = nil
        settings.maximumCommit = 600 * SampleClock.rate
        var cutter = UtteranceCutter(
            settings: settings,
            detector: LoudnessDetector(),
            account: AudioAccount(metrics: SessionMetrics(factory: NOOPMetricsHandler.instance)),
            conversation: Conversation(limit: 2),
            memory: BufferShare(of: budget),
            makeID: { "item" }
        )
        let second = ClientCommand.append(audio: [UInt8](repeating: 1, count: 2 * SampleClock.rate), rate: 16_000)
        var taken = 0
        while cutter.refusal(of: second) == nil, taken < 600 {
            _ = cutter.handle(second)
            cutter.giveRoomBack()
            taken += 1
            #expect(budget.used == BufferShare.bytes(of: taken * SampleClock.rate))
        }
        #expect((30...40).contains(taken))
        if case .rejected(let error)? = cutter.refusal(of: second) {
            #expect(error.code == .serverOverloaded)
        } else {
            Issue.record("It was taken after \(taken) s")
        }
        #expect(cutter.buffered == taken * SampleClock.rate)

        _ = cutter.handle(.clear)
        cutter.giveRoomBack()
        #expect(budget.used == 0)
        #expect(cutter.refusal(of: second) == nil)
    }

    private static func cutter() -> UtteranceCutter {
        var settings = SessionHarness.settings
        var change = TurnDetectionUpdate.Change()
        change.prefixPadding = 1_600
        change.suffixPadding = 800
        change.mergeGap = 640
        change.onsetSearch = 3_200
        change.offsetSearch = 480
        var update = SessionUpdate()
        update.turnDetection = .on(change)
        settings.apply(update)
        return UtteranceCutter(
            settings: settings,
            detector: LoudnessDetector(),
            account: AudioAccount(metrics: SessionMetrics(factory: NOOPMetricsHandler.instance)),
            conversation: Conversation(limit: 2),
            makeID: { "item" }
        )
    }
}
