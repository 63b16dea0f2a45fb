public import Logging
import Synchronization
import Waiting

/// An engine that loads in the background while its utterances wait.
///
/// `run` loads once; until then calls wait, each at most `timeout` from its own start, and go on in the order they came.
/// A load that comes later than that still serves the calls after it. Holds one entry for each suspended caller.
public final class LoadingTranscriber: Transcriber {
    /// How far the engine is, for a readiness check.
    public enum State: Equatable, Sendable {
        case loading
        case ready
        /// Stays so; `reason` is one sentence for the operator.
        case failed(reason: String)
    }

    private typealias Outcome = Result<any Transcriber, TranscriptionError>
    private typealias Room = WaitingRoom<any Transcriber, Promise<Outcome>>

    private let timeout: Duration
    private let expected: EngineCapabilities
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let load: @Sendable () async throws -> any Transcriber
    private let room = Mutex(Room())
    private let hasStarted = Atomic(false)

    /// - Parameters:
    ///   - timeout: The longest that an utterance waits for the engine.
    ///   - expected: What the engine will be able to do.
    ///   - load: Called once, by `run`.
    public init(
        timeout: Duration = .seconds(10),
        expected: EngineCapabilities = EngineCapabilities(),
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger = .current,
        load: @escaping @Sendable () async throws -> any Transcriber
    ) {
        self.timeout = timeout
        self.expected = expected
        self.clock = clock
        self.logger = logger
        self.load = load
    }

    public var state: State {
        switch room.withLock({ $0.phase }) {
        case .loading: .loading
        case .ready: .ready
        case .failed(let reason): .failed(reason: reason)
        }
    }

    /// Utterances that wait for the engine, or once it is there, for their turn.
    public var waiting: Int {
        let (phase, count) = room.withLock { ($0.phase, $0.count) }
        if case .ready(let engine) = phase { return count + engine.waiting }
        return count
    }

    /// Those of the engine; until it is there, what is expected of it.
    public func capabilities(model: String?) -> EngineCapabilities {
        if case .ready(let engine) = room.withLock({ $0.phase }) { return engine.capabilities(model: model) }
        return expected
    }

    /// Loads the engine and returns; a second call does nothing.
    ///
    /// When cancelled before the engine is there, the load counts as failed.
    public func run() async {
        guard !hasStarted.exchange(true, ordering: .relaxed) else { return }

        do {
            let engine = try await load()
            end(.ready(engine), outcome: .success(engine))
        } catch {
            if Task.isCancelled {
                logger.debug("Loading the transcription engine was cancelled")
            } else {
                logger.error("The transcription engine cannot be loaded", metadata: ["steno.error": "\(error)"])
            }
            end(.failed(reason: "\(error)"), outcome: .failure(.modelsNotInitialized))
        }
    }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        let engine = try await engine(within: timeout, clock).get()
        return try await engine.transcribe(request)
    }

    private func end(_ phase: Room.Phase, outcome: Outcome) {
        for caller in room.withLock({ $0.end(phase) }) { caller.fulfill(outcome) }
    }

    private func engine<C: Clock<Duration>>(within timeout: Duration, _ clock: C) async -> Outcome {
        let deadline = clock.now.advanced(by: timeout)
        let engine = Promise<Outcome>()
        let ticket: Room.Ticket
        switch room.withLock({ $0.enter(engine) }) {
        case .ready(let engine): return .success(engine)
        case .refused: return .failure(.modelsNotInitialized)
        case .wait(let own): ticket = own
        }

        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                guard (try? await clock.sleep(until: deadline, tolerance: nil)) != nil else { return }
                self.dismiss(ticket, error: .modelsNotInitialized)
            }
            defer { group.cancelAll() }
            return await engine.value(onCancel: { dismiss(ticket, error: .cancelled) })
        }
    }

    private func dismiss(_ ticket: Room.Ticket, error: TranscriptionError) {
        room.withLock { $0.leave(ticket) }?.fulfill(.failure(error))
    }
}
