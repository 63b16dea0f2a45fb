import Audio
import CoreMetrics
import Sessions
import Synchronization
import TestSupport
import Testing
import Transcription
import Waiting

/// Random schedules of everything a client and an engine may do, with tasks that really run at the same time.
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

    @Test("Accounts for every sample at any moment, and keeps the order", arguments: 0..<100)
    func schedule(seed: UInt64) async {
        var random = SeededGenerator(seed: seed)
        let commands = (0..<Int.random(in: 1...60, using: &random)).map { _ in ClientCommand.random(&random) }
        let disconnectsAfter = Bool.random(using: &random) ? Int.random(in: 0...60, using: &random) : .max
        let session = Session(
            settings: Self.settings(&random),
            transcriber: ErraticTranscriber(seed: seed),
            metrics: SessionMetrics(factory: NOOPMetricsHandler.instance)
        )
        let events = BoundedChannel<SessionEvent>(capacity: 2)
        async let received = events.reduce(into: []) { $0.append($1) }
        await Self.run(session, events, commands, disconnectingAfter: disconnectsAfter)
        check(session.ledger, await received, isComplete: disconnectsAfter >= commands.count)
    }

    /// Commands one after the other; the task that takes them may be cancelled behind one of them.
    private static func run(
        _ session: Session,
        _ events: BoundedChannel<SessionEvent>,
        _ commands: [ClientCommand],
        disconnectingAfter last: Int
    ) async {
        let (disconnect, disconnector) = AsyncStream<Bool>.makeStream()
        let sent = Count()
        await withTaskGroup { group in
            group.addTask {
                await session.run(detector: LoudnessDetector(), events: events) {
                    #expect(session.ledger.open >= 0)
                    let index = sent.next()
                    if index == last, index < commands.count { disconnector.yield(true) }
                    return index < commands.count && !Task.isCancelled ? commands[index] : nil
                }
                disconnector.finish()
            }
            for await _ in disconnect { group.cancelAll() }
        }
    }

    private final class Count: Sendable {
        private let value = Mutex(0)

        /// 0, 1, 2 and so on.
        func next() -> Int {
            value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }

    private static func settings(_ random: inout SeededGenerator) -> SessionSettings {
        var settings = SessionHarness.settings
        settings.maximumPending = Int.random(in: 1_000...60_000, using: &random)
        return settings
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
