import Audio
import CoreMetrics
import Limits
import SpeechDetection
import TestSupport
import Testing
import Transcription

@testable import Sessions

@Suite("Session core")
struct SessionCoreTests {
    private static func core(_ settings: SessionSettings = SessionHarness.settings) -> SessionCore {
        SessionCore(settings: settings, detector: LoudnessDetector(), makeID: { "item" })
    }

    private static func effects(of commands: [ClientCommand], _ core: inout SessionCore) -> [SessionCore.Effect] {
        var effects: [SessionCore.Effect] = []
        for command in commands { core.handle(command, into: &effects) }
        return effects
    }

    private static func requests(_ effects: [SessionCore.Effect]) -> [RequestID] {
        effects.compactMap { if case .transcribe(_, let id, _) = $0 { id } else { nil } }
    }

    private static func told(_ effects: [SessionCore.Effect]) -> [String] {
        effects.compactMap { if case .tell(let event) = $0 { event.summary } else { nil } }
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
        var whole = Self.core(Self.padded)
        let expected = Self.effects(of: [.append(audio: bytes, rate: nil), .finish], &whole)

        var pieces: [ClientCommand] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...5_000, using: &random))
            pieces.append(.append(audio: Array(bytes[start..<end]), rate: nil))
            start = end
        }
        var parts = Self.core(Self.padded)
        #expect(Self.effects(of: pieces + [.finish], &parts) == expected)
    }

    private static var padded: SessionSettings {
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
        return settings
    }

    @Test("Wants no input while too much audio waits, and wants it again with the first answer")
    func backPressure() {
        var settings = SessionHarness.settings
        settings.maximumPending = 4_000
        var core = Self.core(settings)
        let first = Self.effects(of: [.speech(200), .commit(eventID: nil)], &core)
        #expect(core.wantsInput == true)
        _ = Self.effects(of: [.speech(200), .commit(eventID: nil)], &core)
        #expect(core.wantsInput == false)

        var effects: [SessionCore.Effect] = []
        core.finish(Self.requests(first)[0], with: .success(Transcript(text: "one")), into: &effects)
        #expect(Self.told(effects) == ["one@0-200"])
        #expect(core.wantsInput == true)
    }

    @Test("Takes more audio while an utterance is delayed, lets its audio go, and tells it in its turn")
    func delay() {
        var settings = SessionHarness.settings
        settings.maximumPending = 3_000
        settings.includesAudio = true
        settings.keptAs = "sess"
        var core = Self.core(settings)
        let first = Self.effects(of: [.speech(200), .commit(eventID: nil)], &core)
        guard case .keep(let item, 0, let request) = first.first(where: { if case .keep = $0 { true } else { false } })
        else {
            Issue.record("nothing is kept: \(first)")
            return
        }
        #expect((item.id, request.samples.count) == ("item", 3_200))
        #expect(core.wantsInput == false)
        let late = Self.requests(first)[0]
        #expect(core.itemID(of: late) == "item")
        var effects: [SessionCore.Effect] = []
        core.delay(late, into: &effects)
        #expect(core.wantsInput == true)
        #expect(effects == [.tell(.delayed(SessionEvent.Item(id: "item", range: 0..<3_200)))])
        // Once is enough.
        core.delay(late, into: &effects)
        #expect(effects.count == 1)

        let second = Self.effects(of: [.speech(100), .commit(eventID: nil)], &core)
        effects = []
        core.finish(Self.requests(second)[0], with: .success(Transcript(text: "two")), into: &effects)
        #expect(effects.isEmpty)
        core.finish(late, with: .success(Transcript(text: "one")), audio: request.samples, into: &effects)
        #expect(Self.told(effects) == ["one@0-200", "two@200-300"])
        guard case .tell(.transcribed(let told, _)) = effects.first else { return }
        #expect(told.audio == request.samples)
    }

    @Test("Tells what comes after a delayed utterance at once where order does not matter")
    func unordered() {
        var settings = SessionHarness.settings
        settings.isOrdered = false
        var core = Self.core(settings)
        let first = Self.effects(of: [.speech(200), .commit(eventID: nil), .speech(100), .commit(eventID: nil)], &core)
        let requests = Self.requests(first)
        var effects: [SessionCore.Effect] = []
        core.finish(requests[1], with: .success(Transcript(text: "two")), into: &effects)
        #expect(effects.isEmpty)
        core.delay(requests[0], into: &effects)
        #expect(Self.told(effects).contains("two@200-300"))
        core.handle(.finish, into: &effects)
        #expect(core.isFinished == false)
        effects = []
        core.finish(requests[0], with: .success(Transcript(text: "one")), into: &effects)
        #expect(Self.told(effects).first == "one@0-200")
        #expect(core.isFinished == true)
        #expect(core.ledger.open == 0)
    }

    @Test("Lets an utterance through that is longer than what may wait")
    func longUtterance() {
        var settings = SessionHarness.settings
        settings.maximumPending = 1_000
        var core = Self.core(settings)
        let effects = Self.effects(of: [.speech(500), .commit(eventID: nil)], &core)
        #expect(Self.requests(effects).count == 1)
    }

    @Test("Ends with where every sample went, once all has been told and only then")
    func end() {
        var core = Self.core()
        let cut = Self.effects(of: [.speech(200), .silence(100), .finish], &core)
        #expect(core.isFinished == false)
        #expect(core.wantsInput == false)
        var effects: [SessionCore.Effect] = []
        core.finish(Self.requests(cut)[0], with: .failure(.engineFailed), into: &effects)
        #expect(core.isFinished == true)
        #expect(effects.last == .tell(.ended(core.ledger)))
        #expect(core.ledger.open == 0)

        // Late results and commands change nothing.
        effects = []
        core.finish(Self.requests(cut)[0], with: .success(Transcript(text: "late")), into: &effects)
        core.handle(.speech(200), into: &effects)
        #expect(effects.isEmpty)
    }

    @Test("Books what is open when the client goes, and hears of no result any more")
    func abandon() {
        var core = Self.core()
        let cut = Self.effects(of: [.speech(200), .commit(eventID: nil), .speech(50)], &core)
        core.abandon()
        #expect(core.ledger.failed == ["cancelled": 3_200])
        #expect(core.ledger.discarded == [.disconnected: 800])
        #expect(core.ledger.open == 0)

        var effects: [SessionCore.Effect] = []
        core.finish(Self.requests(cut)[0], with: .success(Transcript(text: "late")), into: &effects)
        #expect(effects.isEmpty)
    }

    @Test("Leaves what is being said to another server, and still ends with what was said before")
    func leaving() {
        var core = Self.core()
        let cut = Self.effects(of: [.speech(200), .silence(100), .speech(300)], &core)
        core.leaveOpenInput()
        let rest = Self.effects(of: [.finish], &core)
        #expect(Self.requests(cut).count == 1)
        #expect(Self.requests(rest).isEmpty)
        #expect(core.isFinished == false)
        var effects: [SessionCore.Effect] = []
        core.finish(Self.requests(cut)[0], with: .success(Transcript(text: "one")), into: &effects)
        #expect(Self.told(effects).first == "one@0-200")
        #expect(core.isFinished == true)
        #expect(core.ledger.open == 0)
        // With the silence before it, of which some may belong to its beginning.
        #expect((4_800...6_400).contains(core.ledger.discarded[.disconnected] ?? 0))
    }

    @Test("Leaves audio alone for which there is no room, keeps what is buffered, and gives the room back")
    func budget() {
        let budget = MemoryBudget(limit: 1 << 20)
        var settings = SessionHarness.settings
        settings.turnDetection = nil
        settings.maximumCommit = 600 * SampleClock.rate
        var core = Self.core(settings)
        let meter = SessionMeter(metrics: SessionMetrics(factory: NOOPMetricsHandler.instance), memory: budget)
        let second = ClientCommand.append(audio: [UInt8](repeating: 1, count: 2 * SampleClock.rate), rate: 16_000)
        var taken = 0
        func refusal() -> ClientError? {
            guard case .invalid(let error) = meter.admitted(second, to: core) else { return nil }
            return error
        }
        while refusal() == nil, taken < 600 {
            _ = Self.effects(of: [second], &core)
            meter.settle(held: core.held)
            taken += 1
            #expect(budget.used == BufferShare.bytes(of: taken * SampleClock.rate))
        }
        #expect((30...40).contains(taken))
        #expect(refusal()?.code == .serverOverloaded)
        #expect(core.held == taken * SampleClock.rate)

        _ = Self.effects(of: [.clear], &core)
        meter.settle(held: core.held)
        #expect(budget.used == 0)
        #expect(refusal() == nil)
    }
}
