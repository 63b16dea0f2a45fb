import Audio
import CoreMetrics
import Sessions
import Synchronization
import TestSupport
import Testing
import Transcription

/// Random schedules of everything a client and an engine may do.
@Suite("Session under random schedules", .timeLimit(.minutes(5)))
struct SessionPropertyTests {
    /// Takes a random number of turns, then succeeds or fails; the text is a word that no other utterance has, with the
    /// number of samples.
    final class ErraticTranscriber: Transcriber {
        private let random: Mutex<SeededGenerator>
        private let utterances = Mutex(0)

        init(seed: UInt64) { random = Mutex(SeededGenerator(seed: seed)) }

        func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
            let (turns, fails) = random.withLock { random in
                (Int.random(in: 0...60, using: &random), Int.random(in: 0..<4, using: &random) == 0)
            }
            for _ in 0..<turns {
                if Task.isCancelled { throw .cancelled }
                await Task.yield()
            }
            if fails { throw .timeout(seconds: 1) }
            let number = utterances.withLock { number in
                number += 1
                return number
            }
            return Transcript(text: "\(number)of\(request.samples.count)")
        }
    }

    static func command(_ random: inout SeededGenerator) -> ClientCommand {
        let milliseconds = Int.random(in: 0...400, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7: return .speech(milliseconds)
        case 7..<11: return .silence(milliseconds)
        case 11: return .speech(milliseconds, rate: [8_000, 24_000, 48_000].randomElement(using: &random))
        case 12:
            return .append(audio: [UInt8](repeating: 31, count: Int.random(in: 0...999, using: &random)), rate: nil)
        case 13..<16: return .commit(eventID: nil)
        case 16: return .clear
        case 17: return .invalid(ClientError(.invalidJSON, "No."))
        default:
            var update = SessionUpdate()
            update.turnDetection = Bool.random(using: &random) ? .off : .on(change(&random))
            // Seldom, as a suppressor takes its time to make.
            if Int.random(in: 0..<6, using: &random) == 0 {
                update.noiseReduction = Bool.random(using: &random) ? .nearField : .some(nil)
                update.gainControl = Bool.random(using: &random)
                update.enhancedListener = .allCases.randomElement(using: &random)
            }
            return .update(update)
        }
    }

    /// A change of some of the rules, to anything that a client may ask for.
    private static func change(_ random: inout SeededGenerator) -> TurnDetectionUpdate.Change {
        func some(_ range: ClosedRange<Int>) -> Int? {
            Int.random(in: 0..<4, using: &random) == 0 ? .random(in: range, using: &random) : nil
        }
        var change = TurnDetectionUpdate.Change()
        change.threshold = some(1...10).map { Float($0) / 10 }
        change.prefixPadding = some(0...32_000)
        change.suffixPadding = some(0...32_000)
        change.hangover = some(320...8_000)
        change.minimumSpeech = some(0...8_000)
        change.mergeGap = some(0...8_000)
        change.onsetSearch = some(0...32_000)
        change.offsetSearch = some(0...32_000)
        change.softMaximum = some(16_000...32_000)
        change.maximumUtterance = some(16_000...32_000)
        change.overlap = some(0...32_000)
        return change
    }

    @Test("Accounts for every sample at any moment, and keeps the order", arguments: 0..<400)
    func schedule(seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        let commands = (0..<Int.random(in: 1...60, using: &random)).map { _ in Self.command(&random) }
        let disconnectsAfter = Bool.random(using: &random) ? Int.random(in: 0...60, using: &random) : .max
        let session = Session(
            settings: SessionHarness.settings,
            transcriber: ErraticTranscriber(seed: seed),
            metrics: SessionMetrics(factory: NOOPMetricsHandler.instance)
        )
        let events = BoundedChannel<SessionEvent>(capacity: 2)
        async let received = events.reduce(into: []) { $0.append($1) }
        await withTaskGroup { group in
            group.addTask {
                var sent = 0
                await session.run(detector: LoudnessDetector(), events: events) {
                    #expect(session.ledger.open >= 0)
                    guard sent < commands.count, !Task.isCancelled else { return nil }
                    if sent == disconnectsAfter { withUnsafeCurrentTask { $0?.cancel() } }
                    sent += 1
                    return commands[sent - 1]
                }
            }
        }
        check(session.ledger, await received, isComplete: disconnectsAfter >= commands.count)
    }

    private func check(_ ledger: AudioLedger, _ events: [SessionEvent], isComplete: Bool) {
        #expect(ledger.open == 0)
        var end: SamplePosition = 0
        var longest = SessionHarness.settings.maximumUtterance
        var transcribed = 0
        var failed = 0
        for event in events {
            switch event {
            case .updated(let settings):
                longest = max(longest, settings.maximumUtterance, settings.maximumCommit)
            case .transcribed(let item, let transcript):
                check(item, after: &end, longest)
                #expect(item.audio?.count == item.range.count)
                // A silent commit is answered without the engine and counts as silence.
                if !transcript.text.isEmpty { transcribed += item.range.count }
                if let heard = transcript.text.split(separator: "of").last.flatMap({ Int($0) }) {
                    #expect((item.range.count...longest).contains(heard))
                }
            case .failed(let item, _):
                check(item, after: &end, longest)
                failed += item.range.count
            default: break
            }
        }
        guard isComplete else { return }
        #expect(ledger.transcribed == transcribed)
        #expect(ledger.failed.values.reduce(0, +) == failed)
        #expect(ledger.discarded[.disconnected] == nil)
    }

    private func check(_ item: SessionEvent.Item, after end: inout SamplePosition, _ longest: Int) {
        #expect(item.range.count <= longest)
        #expect(item.range.lowerBound >= end)
        end = item.range.upperBound
    }
}
