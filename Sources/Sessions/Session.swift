import DequeModule
public import Limits
public import SpeechDetection
import Synchronization
public import Transcription

/// Drives a `SessionCore` where commands can be waited for, as those of a file.
///
/// Utterances are transcribed concurrently, and their events leave in audio order. While the core wants no input, no
/// further command is taken.
public final class Session: Sendable {
    /// Small values: an optimised build of Swift 6.2 corrupted its memory where a child task returned a `ClientCommand?`.
    private indirect enum Input: Sendable {
        case commands([ClientCommand])
        case result(RequestID, Result<Transcript, TranscriptionError>)
    }

    private let settings: SessionSettings
    private let calls: EngineCalls
    private let metrics: SessionMetrics
    private let memory: MemoryBudget
    private let makeID: @Sendable () -> String
    private let booked = Mutex(AudioLedger())

    /// - Parameters:
    ///   - memory: What minutes of buffered audio count against.
    ///   - makeID: Names items; random by default.
    public init(
        settings: SessionSettings,
        transcriber: any Transcriber,
        metrics: SessionMetrics,
        memory: MemoryBudget = MemoryBudget(limit: .max),
        makeID: @escaping @Sendable () -> String = { Identifier.random("item") }
    ) {
        self.settings = settings
        self.metrics = metrics
        self.memory = memory
        self.makeID = makeID
        calls = EngineCalls(transcriber, metrics: metrics, memory: memory)
    }

    /// Where every sample received so far went.
    public var ledger: AudioLedger { booked.withLock(\.self) }

    /// Takes commands until it gets none, then finishes what is open.
    ///
    /// Returns, and finishes `events`, when the last event has been taken. When the task is cancelled, what is open
    /// counts as disconnected or cancelled, and no further event is sent.
    public func run(
        detector: sending any VoiceActivityDetector,
        events: BoundedChannel<SessionEvent>,
        nextCommands: @escaping @Sendable () async -> [ClientCommand]
    ) async {
        var core = SessionCore(settings: settings, detector: detector, owner: RequestOwner(), makeID: makeID)
        var meter = SessionMeter(metrics: metrics, memory: memory)
        metrics.begin()
        await withTaskGroup(of: Input.self) { group in
            var isAsking = false
            var pieces = Deque<ClientCommand>()
            var effects: [SessionCore.Effect] = []
            core.engine = calls.capabilities(model: settings.model)
            core.begin(into: &effects)
            while true {
                await carryOut(&effects, in: &group, events)
                if Task.isCancelled || core.isFinished { break }

                if core.wantsInput, let piece = pieces.popFirst() {
                    core.handle(piece, into: &effects)
                    if pieces.isEmpty { meter.settle(held: core.held) }
                    book(core.ledger, &meter)
                    await Task.yield()
                    continue
                }
                if core.wantsInput, !isAsking {
                    isAsking = true
                    group.addTask { .commands(await nextCommands()) }
                }
                switch await group.next() {
                case .commands(let commands):
                    isAsking = false
                    for command in commands {
                        let refusal = meter.refusal(of: core.length(of: command), after: core.held)
                        pieces += refusal.map { [.invalid($0)] } ?? command.pieces
                    }
                    // A cancelled source has no more commands, which is not the end of the stream.
                    if commands.isEmpty, !Task.isCancelled { pieces.append(.finish) }
                case .result(let request, let result):
                    core.finish(request, with: result, into: &effects)
                    core.engine = calls.capabilities(model: core.settings.model)
                case nil: break
                }
                book(core.ledger, &meter)
            }
            core.abandon()
            book(core.ledger, &meter)
            group.cancelAll()
        }
        metrics.end()
        events.finish()
    }

    private func book(_ ledger: AudioLedger, _ meter: inout SessionMeter) {
        meter.report(ledger)
        booked.withLock { $0 = ledger }
    }

    private func carryOut(
        _ effects: inout [SessionCore.Effect],
        in group: inout TaskGroup<Input>,
        _ events: BoundedChannel<SessionEvent>
    ) async {
        for effect in effects {
            switch effect {
            case .tell(let event): await events.send(event)
            case .adopt(let outcome): calls.count(adopted: outcome)
            case .transcribe(let request, let id, let purpose):
                group.addTask { [calls] in .result(id, await calls.result(of: request, for: purpose)) }
            }
        }
        effects.removeAll(keepingCapacity: true)
    }
}
