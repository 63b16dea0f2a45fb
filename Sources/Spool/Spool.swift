import FoundationEssentials
public import Limits
public import Logging
import Synchronization
public import Transcription
import Waiting

/// Keeps utterances on disk until they have their transcripts, and asks engines again that could not serve.
///
/// Every utterance of a session is recorded before an engine is asked. One that no backend can serve waits on disk, is
/// replayed when a backend is back, and goes to its session, or to whoever asks for the session's transcripts later. What a
/// process leaves open when it ends, however it ends, the next one replays. Replays while `run` runs.
public final class Spool: Sendable {
    /// What the operator allows.
    public struct Rules: Sendable {
        /// Bytes of audio that may be kept.
        public var maximumSize: Int
        /// How long an utterance waits, and how long its transcript is kept.
        public var maximumAge: Duration
        /// How long no backend is well before utterances go to the disk at once.
        public var patience: Duration
        /// How long transcripts are kept of a session whose client has them all.
        public var grace: Duration

        /// Transcripts that are kept: for each, a kilobyte of what may be kept of audio.
        var maximumTranscripts: Int { maximumSize / 1_024 }

        public init(maximumSize: Int, maximumAge: Duration, patience: Duration, grace: Duration) {
            self.grace = grace
            self.maximumSize = maximumSize
            self.maximumAge = maximumAge
            self.patience = patience
        }
    }

    /// What happens, for counting.
    public enum Event: String, Sendable {
        /// An utterance has no transcript yet, and waits on disk.
        case delayed
        case replayed
        case expired
        /// Not recorded, as the spool was full.
        case full
        /// Not recorded, as disk or database failed.
        case broken
    }

    /// What a session is handed that was delayed.
    public struct Late: Sendable {
        public var result: Result<Transcript, TranscriptionError>
        /// The samples of the item.
        public var samples: [Int16]
    }

    /// Takes the late result for an item; called from any thread.
    public typealias Receiver = @Sendable (_ item: String, Late) -> Void

    struct State {
        var queue = ReplayQueue()
        var outage: Outage
        var receivers: [String: Receiver] = [:]
        /// How calls that are under way are broken off, by their items.
        var calls: [String: StopSignal] = [:]
        /// What was recorded and has no result yet, by its item.
        var recorded: [String: ReplayQueue.Entry] = [:]
        /// Sessions whose clients have everything, and when they ended, in milliseconds since 1970.
        var delivered: [(session: String, time: Int)] = []
    }

    let store: SpoolStore
    let rules: Rules
    let engine: any Transcriber
    let clock: any Clock<Duration>
    /// The time of day, in milliseconds since 1970.
    let now: @Sendable () -> Int
    let isWell: @Sendable () -> Bool
    let memory: MemoryBudget
    let logger: Logger
    let onEvent: @Sendable (Event) -> Void
    let state: Mutex<State>

    /// - Parameters:
    ///   - engine: What replays ask.
    ///   - isWell: Whether a backend is known to be well.
    ///   - now: The time of day, in milliseconds since 1970.
    ///   - memory: What the samples of replays count against.
    ///   - onEvent: Called for each event.
    public init(
        _ store: SpoolStore,
        rules: Rules,
        engine: any Transcriber,
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Int = Spool.timeOfDay,
        memory: MemoryBudget = MemoryBudget(limit: .max),
        logger: Logger = .current,
        onEvent: @escaping @Sendable (Event) -> Void = { _ in },
        isWell: @escaping @Sendable () -> Bool
    ) {
        self.store = store
        self.rules = rules
        self.engine = engine
        self.clock = clock
        self.now = now
        self.isWell = isWell
        self.memory = memory
        self.logger = logger
        self.onEvent = onEvent
        state = Mutex(State(outage: Outage(patience: rules.patience)))
    }

    /// Milliseconds since 1970.
    public static let timeOfDay: @Sendable () -> Int = { Int(Date().timeIntervalSince1970 * 1_000) }

    /// Utterances that wait on disk.
    public var waiting: Int { state.withLock(\.queue.count) }

    /// Bytes of audio that are kept.
    public var size: Int { store.size }

    /// When the oldest utterance that waits was recorded, in milliseconds since 1970.
    public var oldest: Int? { state.withLock(\.queue.oldest) }

    /// A session whose utterances are to be kept.
    ///
    /// - Parameter owner: The name of its key; `nil` on an open server.
    public func session(_ id: String, owner: String?) -> SpoolSession { SpoolSession(self, id: id, owner: owner) }

    /// What has become of a session's utterances; `nil` where nothing of such a session is kept for this owner.
    ///
    /// - Parameters:
    ///   - after: An item, behind which the page begins.
    ///   - limit: How many there are on the page, at most.
    /// - Throws: `SpoolError`.
    public func transcripts(
        of session: String,
        owner: String?,
        after: String?,
        limit: Int
    ) async throws(SpoolError) -> KeptTranscripts? {
        try await store.transcripts(of: session, owner: owner, after: after, limit: limit)
    }
}
