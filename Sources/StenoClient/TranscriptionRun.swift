import Synchronization

/// Sends one clip and reports what comes back, over as many connections as it takes.
///
/// The end is definite: after the last sample the client sends a Close frame and reads on until the server, which
/// flushes first, answers it. A connection that is lost is opened again, and the session goes on where it was.
public struct TranscriptionRun<PacingClock: Clock>: Sendable where PacingClock.Duration == Duration {
    public enum Event: Equatable, Sendable {
        /// The first connection is open.
        case connected
        /// The connection was lost, and is opened again; why, in a sentence.
        case reconnecting(String)
        /// The socket has taken the clip up to this sample, so long after the first connection was open.
        case sent(position: Int, elapsed: Duration)
        case utterance(TranscribedUtterance)
        /// An error event; the run goes on.
        case failure(ServerFailure)
    }

    public var clip: AudioClip
    public var url: ServerURL
    public var access: ServerAccess
    /// A hint for the recogniser, such as `en`.
    public var language: String?
    /// Whether each piece waits until it would have been recorded; else the server's reading sets the pace.
    public var isRealTime: Bool
    /// How long a lost connection is tried again; zero for not at all.
    public var patience: Duration
    public var clock: PacingClock

    public init(
        clip: AudioClip,
        url: ServerURL,
        access: ServerAccess = ServerAccess(),
        language: String? = nil,
        isRealTime: Bool = false,
        patience: Duration = .zero,
        clock: PacingClock = ContinuousClock()
    ) {
        self.clip = clip
        self.url = url
        self.access = access
        self.language = language
        self.isRealTime = isRealTime
        self.patience = patience
        self.clock = clock
    }

    /// Runs to the end of the conversation.
    ///
    /// `observe` is called by the sending and by the reading side, and holds back the one that calls it. Throws
    /// `StenoClientError`, `CancellationError`, or what `observe` throws.
    public func run(_ observe: @escaping @Sendable (Event) async throws -> Void) async throws {
        let state = RunState<PacingClock>(start: clock.now)
        var retries = Retries(patience: patience, now: clock.now)
        while true {
            do {
                try await connect(state, observe: observe)
                return
            } catch let error as StenoClientError where error.mayPass && state.progress.hasBegun {
                if state.takeHasConnected() { retries = Retries(patience: patience, now: clock.now) }
                if error.endsSession {
                    try await takeOver(state, observe: observe)
                    state.change { $0.beginAnew() }
                }
                guard let pause = retries.next(at: clock.now) else { throw error }
                try await observe(.reconnecting(error.description))
                try await clock.sleep(until: clock.now.advanced(by: pause), tolerance: nil)
            }
        }
    }

    /// Has a session that is gone told to its end, as far as a server has kept it: what was sent need not be sent again.
    private func takeOver(
        _ state: RunState<PacingClock>,
        observe: @escaping @Sendable (Event) async throws -> Void
    ) async throws {
        guard let session = state.progress.sessionID else { return }

        let end = clock.now.advanced(by: patience)
        var kept: [KeptTranscriptList.Entry] = []
        repeat {
            // A server that does not answer may do so when the connection is tried again.
            kept = (try? await KeptTranscriptList.all(of: session, at: url, access: access)) ?? kept
            if !kept.contains(where: \.isWaiting) { break }
            try await clock.sleep(until: clock.now.advanced(by: Retries<PacingClock.Instant>.first * 5), tolerance: nil)
        } while clock.now < end
        for event in state.change({ $0.takeOver(kept, in: clip) }) {
            switch event {
            case .utterance(let utterance): try await observe(.utterance(utterance))
            case .failure(let failure): try await observe(.failure(failure))
            case .created, .resumed, .other: break
            }
        }
    }

    private func connect(
        _ state: RunState<PacingClock>,
        observe: @escaping @Sendable (Event) async throws -> Void
    ) async throws {
        var url = url.withoutAudio
        if patience > .zero { url = url.adding(state.progress.query) }
        try await WebSocketClient.withConnection(to: url, access: access) { connection in
            if state.connected(at: clock.now) { try await observe(.connected) }
            let (positions, announce) = AsyncStream.makeStream(of: Int.self)
            if !state.progress.isResuming {
                announce.yield(state.progress.start)
                announce.finish()
            }
            try await withThrowingTaskGroup { group in
                group.addTask { try await send(from: positions, over: connection, state, observe: observe) }
                group.addTask {
                    defer { announce.finish() }
                    try await receive(from: connection, state, observe: observe) { announce.yield($0) }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Sends the clip from the first of `positions` on.
    private func send(
        from positions: AsyncStream<Int>,
        over connection: ClientConnection,
        _ state: RunState<PacingClock>,
        observe: (Event) async throws -> Void
    ) async throws {
        let isResuming = state.progress.isResuming
        guard let position = await positions.first(where: { _ in true }) else { return }
        do {
            if let language, !isResuming { try await connection.send(CompactMessage.language(language).text) }
            for piece in clip.pieces(from: position) {
                if isRealTime {
                    let due = state.start.advanced(by: clip.time(at: piece.upperBound))
                    try await clock.sleep(until: due, tolerance: nil)
                }
                try await connection.send(CompactMessage.audio(clip.samples[piece], sampleRate: clip.sampleRate).text)
                try await observe(.sent(position: piece.upperBound, elapsed: state.start.duration(to: clock.now)))
            }
            try await connection.close()
        } catch StenoClientError.connectionLost {
            // The reading side knows why: the server's last words may still be on their way.
        }
    }

    private func receive(
        from connection: ClientConnection,
        _ state: RunState<PacingClock>,
        observe: (Event) async throws -> Void,
        goOn: (Int) -> Void
    ) async throws {
        for try await event in connection.events {
            switch event {
            case .text(let text):
                let event = try ServerEvent(parsing: text)
                state.change { $0.receive(event) }
                switch event {
                case .utterance(let utterance):
                    try await observe(.utterance(state.change { $0.place(utterance, in: clip) }))
                case .failure(let failure): try await observe(.failure(failure))
                case .resumed(let bytes): goOn(min(state.progress.start + bytes / 2, clip.samples.count))
                case .created, .other: break
                }
            case .closed(let closure):
                guard closure.code == 1000, closure.isAnswer else { throw StenoClientError.closed(closure) }
            case .binary: break
            }
        }
    }
}

/// What the sending and the reading side of a run share.
private final class RunState<PacingClock: Clock>: Sendable where PacingClock.Duration == Duration {
    private struct State {
        var progress = SessionProgress()
        var start: PacingClock.Instant
        var hasConnected = false
    }

    private let state: Mutex<State>

    init(start: PacingClock.Instant) { state = Mutex(State(start: start)) }

    var progress: SessionProgress { state.withLock(\.progress) }

    /// When the first connection was open, by which the pace is kept.
    var start: PacingClock.Instant { state.withLock(\.start) }

    func change<Result: Sendable>(_ body: (inout SessionProgress) -> Result) -> Result {
        state.withLock { body(&$0.progress) }
    }

    /// There is a connection.
    ///
    /// - Returns: Whether it is the first.
    func connected(at now: PacingClock.Instant) -> Bool {
        state.withLock { state in
            state.hasConnected = true
            guard !state.progress.hasBegun else { return false }
            state.progress.connected()
            state.start = now
            return true
        }
    }

    /// Whether there was a connection since the last call.
    func takeHasConnected() -> Bool {
        state.withLock { state in
            defer { state.hasConnected = false }
            return state.hasConnected
        }
    }
}
