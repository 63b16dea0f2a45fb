internal import Audio
internal import Synchronization
internal import Turns

/// What the outcome of a request says of the backend's load.
enum BackendLoad: Equatable, Sendable {
    /// It was worked on.
    case answered
    /// There was too much: no answer in time, or one that said so.
    case overloaded(retryAfter: Duration?)
    /// It failed for another reason, or was given up.
    case unknown
}

/// Lets as many requests go to one backend as it can work on, in an order that is fair to their owners.
///
/// The number is that of an `AdaptiveLimit`. A backend that says when to come back (`Retry-After`, RFC 9110 section
/// 10.2.3) gets no new request until then.
final class BackendGate<C: Clock<Duration>>: Sendable {
    private struct State {
        var limit: AdaptiveLimit
        /// Before it no request starts.
        var opening: C.Instant?
    }

    private let clock: C
    private let turns: Turns
    private let state: Mutex<State>

    /// - Parameter ceiling: The most requests at once; at least 1.
    init(ceiling: Int, clock: C) {
        let limit = AdaptiveLimit(ceiling: ceiling)
        self.clock = clock
        turns = Turns(limit.limit)
        state = Mutex(State(limit: limit))
    }

    /// Requests that may be under way at once.
    var limit: Int { state.withLock { $0.limit.limit } }
    /// Utterances that wait for their turn.
    var waiting: Int { turns.waiting }

    /// Runs `work` when its turn has come and the backend takes requests.
    ///
    /// - Throws: `cancelled`, and what `work` brings.
    func run<Result>(
        _ request: TranscriptionRequest,
        _ work: () async -> (BackendLoad, Swift.Result<Result, TranscriptionError>)
    ) async throws(TranscriptionError) -> Result {
        let (owner, cost) = (request.owner?.number, request.cost)
        return try await turns.run(owner: owner, cost: cost, orThrow: { _ in .cancelled }) {
            () async throws(TranscriptionError) in
            try await waitForOpening()
            let start = state.withLock { $0.limit.start(active: turns.active) }
            let time = clock.now
            let (load, result) = await work()
            note(load, start, after: time.duration(to: clock.now), samples: request.samples.count)
            return try result.get()
        }
    }

    private func waitForOpening() async throws(TranscriptionError) {
        // It may have been put off again meanwhile.
        while let opening = state.withLock({ $0.opening }), opening > clock.now {
            do {
                try await clock.sleep(until: opening, tolerance: nil)
            } catch {
                throw .cancelled
            }
        }
    }

    private func note(_ load: BackendLoad, _ start: AdaptiveLimit.Start, after time: Duration, samples: Int) {
        let limit = state.withLock { state in
            switch load {
            case .answered:
                state.limit.answered(start, after: time, kind: Self.kind(samples: samples))
            case .overloaded(let wait):
                state.limit.overloaded(start)
                if let wait { state.opening = max(state.opening ?? clock.now, clock.now.advanced(by: wait)) }
            case .unknown: break
            }
            return state.limit.limit
        }
        turns.setLimit(limit)
    }

    /// Utterances whose lengths differ by less than a factor of two are one kind: up to 1 s, 2 s, 4 s and so on.
    ///
    /// The time per second of audio would not do: some engines take as long for any utterance, others longer than in
    /// proportion for long ones.
    private static func kind(samples: Int) -> Int {
        let seconds = (samples - 1) / SampleClock.rate
        return Int.bitWidth - seconds.leadingZeroBitCount
    }
}
