import DequeModule
public import Limits
public import SpeechDetection
import Synchronization
public import Transcription
public import Waiting

/// Drives a `SessionCore` where commands can be waited for, as those of a file.
///
/// Utterances are transcribed concurrently, and their events leave in audio order. While the core wants no input, no
/// further command is taken.
public final class Session: Sendable {
    private enum Input: Sendable {
        case command(ClientCommand?)
        case result(RequestID, Result<Transcript, TranscriptionError>)
    }

    private let settings: SessionSettings
    private let calls: EngineCalls
    private let owner: RequestOwner
    private let metrics: SessionMetrics
    private let memory: MemoryBudget
    private let makeID: @Sendable () -> String
    private let booked = Mutex(AudioLedger())

    /// - Parameters:
    ///   - memory: What minutes of buffered audio count against.
    ///   - owner: Whose its requests are.
    ///   - makeID: Names items; random by default.
    public init(
        settings: SessionSettings,
        transcriber: any Transcriber,
        metrics: SessionMetrics,
        memory: MemoryBudget = MemoryBudget(limit: .max),
        owner: RequestOwner = RequestOwner(),
        makeID: @escaping @Sendable () -> String = { Identifier.random("item") }
    ) {
        self.settings = settings
        self.metrics = metrics
        self.memory = memory
        self.owner = owner
        self.makeID = makeID
        calls = EngineCalls(transcriber, metrics: metrics, memory: memory)
    }

    /// Where every sample received so far went.
    public var ledger: AudioLedger { booked.withLock(\.self) }

    /// Takes commands until there are none left, then finishes what is open.
    ///
    /// Returns, and finishes `events`, when the last event has been taken. When the task is cancelled, what is open
    /// counts as disconnected or cancelled, and no further event is sent.
    public func run(
        detector: sending any VoiceActivityDetector,
        events: BoundedChannel<SessionEvent>,
        nextCommand: @escaping @Sendable () async -> ClientCommand?
    ) async {
        let driver = Driver(
            core: SessionCore(settings: settings, detector: detector, owner: owner, makeID: makeID),
            meter: SessionMeter(metrics: metrics, memory: memory),
            calls: calls
        )
        metrics.begin()
        await withTaskGroup(of: Input.self) { group in
            var isAsking = false
            driver.begin()
            while true {
                for effect in driver.takeEffects() { await carryOut(effect, in: &group, telling: events) }
                if Task.isCancelled || driver.isFinished { break }

                if driver.handleNext() {
                    book(driver.ledger)
                    await Task.yield()
                    continue
                }
                if driver.wantsCommand, !isAsking {
                    isAsking = true
                    group.addTask { .command(await nextCommand()) }
                }
                switch await group.next() {
                case .command(let command):
                    isAsking = false
                    // A cancelled source has no more commands, which is not the end of the stream.
                    if let command {
                        driver.take(command)
                    } else if !Task.isCancelled {
                        driver.take(.finish)
                    }
                case .result(let request, let result): driver.finish(request, with: result)
                case nil: break
                }
                book(driver.ledger)
            }
            driver.abandon()
            book(driver.ledger)
            group.cancelAll()
        }
        metrics.end()
        events.finish()
    }

    private func carryOut(
        _ effect: SessionCore.Effect,
        in group: inout TaskGroup<Input>,
        telling events: BoundedChannel<SessionEvent>
    ) async {
        switch effect {
        case .tell(let event): await events.send(event)
        case .adopt(let outcome): calls.count(outcome, after: .zero)
        case .transcribe(let request, let id, let purpose):
            group.addTask { [calls] in .result(id, await calls.result(of: request, for: purpose)) }
        // Nobody answers a file, and who sent it waits for its answer.
        case .keep, .ask, .speak, .judge, .cancel, .wake, .recall, .remember: break
        }
    }

    private func book(_ ledger: AudioLedger) { booked.withLock { $0 = ledger } }
}

extension Session {
    /// A session's core with what waits for it, changed in short steps.
    ///
    /// `run` would do it by itself if it could hold the core: Swift 6.3 gave an optimised function of that size, with a
    /// task group in it, less memory than it used.
    private final class Driver {
        private var core: SessionCore
        private var meter: SessionMeter
        private let calls: EngineCalls
        private var pieces = Deque<ClientCommand>()
        private var effects: [SessionCore.Effect] = []

        init(core: consuming SessionCore, meter: SessionMeter, calls: EngineCalls) {
            self.core = core
            self.meter = meter
            self.calls = calls
        }

        var isFinished: Bool { core.isFinished }
        var ledger: AudioLedger { core.ledger }
        var wantsCommand: Bool { core.wantsInput && pieces.isEmpty }

        func begin() {
            core.engine = calls.capabilities(model: core.settings.model)
            core.begin(into: &effects)
        }

        func takeEffects() -> [SessionCore.Effect] {
            defer { effects = [] }
            return effects
        }

        func take(_ command: ClientCommand) {
            pieces += meter.admitted(command, to: core).pieces
        }

        /// Handles the next piece of a command, if the core wants one.
        func handleNext() -> Bool {
            guard core.wantsInput, let piece = pieces.popFirst() else { return false }
            core.handle(piece, into: &effects)
            if pieces.isEmpty { meter.settle(held: core.held) }
            meter.report(core.ledger)
            meter.report(core.takePassages())
            return true
        }

        func finish(_ request: RequestID, with result: Result<Transcript, TranscriptionError>) {
            core.finish(request, with: result, into: &effects)
            core.engine = calls.capabilities(model: core.settings.model)
            meter.report(core.ledger)
            meter.report(core.takePassages())
        }

        func abandon() {
            core.abandon()
            meter.report(core.ledger)
        }
    }
}
