import Audio
import Sessions
import TestSupport
import Testing
import Transcription

/// Random schedules of everything a client and an engine may do, thousands a second: nothing runs but the core.
@Suite("Session core under random schedules", .timeLimit(.minutes(5)))
struct SessionCorePropertyTests {
    /// A core with an engine that answers in any order.
    private struct Schedule: ~Copyable {
        var core: SessionCore
        var open: [(id: RequestID, request: TranscriptionRequest)] = []
        var told: [SessionEvent] = []
        var random: SeededGenerator
        private var effects: [SessionCore.Effect] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            var settings = SessionHarness.settings
            settings.maximumPending = Int.random(in: 1_000...60_000, using: &random)
            settings.rememberedItems = Int.random(in: 0...3, using: &random)
            settings.refusesCommitsAtOnce = Bool.random(using: &random)
            settings.wantsInterim = Bool.random(using: &random)
            settings.speculatesAfter = Bool.random(using: &random) ? 480 : nil
            core = SessionCore(settings: settings, detector: LoudnessDetector(), makeID: Self.names())
            core.engine = EngineCapabilities(
                hasWordTimes: Bool.random(using: &random),
                canSpeculate: Bool.random(using: &random),
                canRepeat: Bool.random(using: &random)
            )
            core.begin(into: &effects)
            carryOut()
        }

        private static func names() -> () -> String {
            var count = 0
            return {
                count += 1
                return "item_\(count)"
            }
        }

        mutating func send(_ command: ClientCommand) {
            core.handle(command, into: &effects)
            carryOut()
        }

        /// The engine answers one of its requests, whichever.
        mutating func answer() {
            guard !open.isEmpty else { return }
            let (id, request) = open.remove(at: Int.random(in: open.indices, using: &random))
            let fails = Int.random(in: 0..<4, using: &random) == 0
            let error: TranscriptionError = request.isAhead ? .cancelled : .timeout(seconds: 1)
            core.finish(id, with: fails ? .failure(error) : .success(text(of: request)), into: &effects)
            carryOut()
        }

        /// A word for each 50 ms, of which some are heard wrongly.
        private mutating func text(of request: TranscriptionRequest) -> Transcript {
            let words = (0...request.samples.count / 800).map { index in
                Int.random(in: 0..<8, using: &random) == 0 ? "noise" : "word\(index)"
            }
            return Transcript(text: words.joined(separator: " "))
        }

        /// No engine can serve one of the requests now, whichever.
        mutating func delay() {
            guard let (id, _) = open.randomElement(using: &random) else { return }
            core.delay(id, into: &effects)
            carryOut()
        }

        private mutating func carryOut() {
            for effect in effects {
                switch effect {
                case .tell(let event): told.append(event)
                case .transcribe(let request, let id, _): open.append((id, request))
                case .keep, .adopt, .ask, .speak, .judge, .cancel, .wake, .recall, .remember: break
                }
            }
            effects.removeAll()
        }
    }

    @Test("Accounts for every sample at any moment, keeps the order, and ends", arguments: 0..<40)
    func schedules(block: UInt64) {
        for seed in block * 100..<(block + 1) * 100 {
            var schedule = Schedule(seed: seed)
            let steps = Int.random(in: 1...60, using: &schedule.random)
            let leaves = Int.random(in: 0..<4, using: &schedule.random) == 0
            for _ in 0..<steps {
                if schedule.core.wantsInput, Bool.random(using: &schedule.random) {
                    schedule.send(.random(&schedule.random))
                } else if Int.random(in: 0..<4, using: &schedule.random) == 0 {
                    schedule.delay()
                } else {
                    schedule.answer()
                }
                #expect(schedule.core.ledger.open >= 0)
            }
            if leaves {
                schedule.core.abandon()
                #expect(schedule.core.ledger.open == 0, "seed \(seed)")
                continue
            }
            while !schedule.core.wantsInput { schedule.answer() }
            schedule.send(.finish)
            while !schedule.core.isFinished {
                guard !schedule.open.isEmpty else {
                    Issue.record("Nothing is asked, and nothing ends: seed \(seed)")
                    break
                }
                schedule.answer()
            }
            check(schedule, seed)
        }
    }

    private func check(_ schedule: borrowing Schedule, _ seed: UInt64) {
        let ledger = schedule.core.ledger
        #expect(ledger.open == 0, "seed \(seed)")
        #expect(schedule.told.first.map { if case .created = $0 { true } else { false } } == true)
        #expect(schedule.told.last == .ended(ledger))

        var (end, transcribed, failed) = (SamplePosition(0), 0, 0)
        var committed: [String] = []
        var answered: [String] = []
        var told: [String: String] = [:]
        for event in schedule.told {
            switch event {
            case .committed(let item, _): committed.append(item.id)
            case .interim(let id, let delta):
                #expect(!answered.contains(id) && !delta.isEmpty, "seed \(seed)")
                told[id, default: ""] += delta
            case .transcribed(let item, let transcript):
                answered.append(item.id)
                if let told = told[item.id] { #expect(told == transcript.text, "seed \(seed)") }
                #expect(item.range.lowerBound >= end, "seed \(seed)")
                end = item.range.upperBound
                // A silent commit is answered without the engine and counts as silence.
                if !transcript.text.isEmpty { transcribed += item.range.count }
            case .failed(let item, _):
                answered.append(item.id)
                #expect(item.range.lowerBound >= end, "seed \(seed)")
                end = item.range.upperBound
                failed += item.range.count
            default: break
            }
        }
        #expect(answered == committed, "seed \(seed)")
        #expect(ledger.failed.values.reduce(0, +) == failed, "seed \(seed)")
        #expect(ledger.transcribed >= transcribed, "seed \(seed)")
        #expect(ledger.discarded[.disconnected] == nil)
    }
}
