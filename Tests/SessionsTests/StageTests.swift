import Audio
import CoreMetrics
import Limits
import MetricsTestKit
import Synchronization
import Testing
import Transcription

@testable import Sessions

@Suite("Stages of an utterance")
struct StageTests {
    private static func core(_ settings: SessionSettings = SessionHarness.settings) -> SessionCore {
        var number = 0
        return SessionCore(
            settings: settings,
            detector: LoudnessDetector(),
            makeID: {
                number += 1
                return "item_\(number)"
            }
        )
    }

    private static func requests(_ commands: [ClientCommand], _ core: inout SessionCore) -> [RequestID] {
        var effects: [SessionCore.Effect] = []
        for command in commands { core.handle(command, into: &effects) }
        return effects.compactMap { if case .transcribe(_, let id, _) = $0 { id } else { nil } }
    }

    private static func answer(_ request: RequestID, _ core: inout SessionCore) {
        var effects: [SessionCore.Effect] = []
        core.finish(request, with: .success(Transcript(text: "text")), into: &effects)
    }

    /// The hangover is 800 samples, and the detector hears frames of 160.
    @Test(
        "A cut comes a hangover after the end of speech, in however large pieces the audio comes",
        arguments: [10, 500]
    )
    func cut(piece: Int) {
        var core = Self.core()
        let bytes = PCM16.bytes([Int16](repeating: 8_000, count: 3_200) + [Int16](repeating: 0, count: 8_000))
        var start = 0
        while start < bytes.count {
            let end = min(start + 32 * piece, bytes.count)
            _ = Self.requests([.append(audio: Array(bytes[start..<end]), rate: nil)], &core)
            start = end
        }
        #expect(core.takePassages() == [.cut(after: 800)])
        #expect(core.takePassages().isEmpty)
    }

    @Test("What a client commits has not been detected")
    func commit() {
        var settings = SessionHarness.settings
        settings.turnDetection = nil
        var core = Self.core(settings)
        let requests = Self.requests([.speech(200), .commit(eventID: nil)], &core)
        #expect(requests.count == 1)
        #expect(core.takePassages().isEmpty)
    }

    @Test("A transcript that waits for one before it is heard first and told later")
    func order() throws {
        var core = Self.core()
        let requests = Self.requests([.speech(200), .silence(100), .speech(200), .silence(100)], &core)
        try #require(requests.count == 2)
        _ = core.takePassages()
        Self.answer(requests[1], &core)
        #expect(core.takePassages() == [.heard(itemID: "item_2")])
        Self.answer(requests[0], &core)
        #expect(
            core.takePassages() == [
                .heard(itemID: "item_1"), .told(itemID: "item_1"), .told(itemID: "item_2"),
            ]
        )
    }

    @Test("The meter measures the wait for others by its clock, and detection by samples")
    func meter() throws {
        let metrics = TestMetrics()
        let time = Mutex(Duration.zero)
        let meter = SessionMeter(
            metrics: SessionMetrics(factory: metrics),
            memory: MemoryBudget(limit: .max),
            uptime: { time.withLock(\.self) }
        )
        meter.report([.cut(after: 8_000)])
        meter.report([.heard(itemID: "b")])
        time.withLock { $0 = .seconds(3) }
        meter.report([.heard(itemID: "a"), .told(itemID: "a"), .told(itemID: "b"), .told(itemID: "silent")])
        func times(_ stage: String) throws -> [Int64] {
            try metrics.expectTimer("steno_stage_duration_seconds", [("stage", stage)]).values
        }
        #expect(try times("detect") == [500_000_000])
        #expect(try times("order") == [0, 3_000_000_000])
        #expect(try times("queue") == [])
    }
}
