internal import Audio
public import Backends
public import Logging

/// Several engines as one: Whisper-compatible servers, and perhaps an embedded engine for when none of them answers.
///
/// Which of them gets an utterance, and when it is asked again, is decided by `BackendPool`. Serves while `run` runs.
public final class PooledTranscriber: Transcriber, PooledBackends {
    /// One engine of the pool.
    public struct Member: Sendable {
        let engine: any Transcriber
        public let terms: MemberTerms
        /// The name of its model, which clients are told where it was not the first choice.
        let model: String

        public init(_ engine: any Transcriber, terms: MemberTerms, model: String) {
            self.engine = engine
            self.terms = terms
            self.model = model
        }
    }

    private let members: [Member]
    private let patience: Duration
    private let dispatcher: Dispatcher<Transcript, TranscriptionError, ContinuousClock>

    /// - Parameters:
    ///   - patience: The longest that an utterance may take, waiting and all attempts together.
    ///   - onAttempt: Called at the end of each attempt; see `Dispatcher`.
    public init(
        _ members: [Member],
        rules: BackendPool.Rules = BackendPool.Rules(),
        patience: Duration,
        seed: UInt64 = .random(in: 0 ... .max),
        logger: Logger = .current,
        onAttempt: @escaping @Sendable (_ member: Int, _ outcome: String, _ time: Duration) -> Void = { _, _, _ in }
    ) {
        self.members = members
        self.patience = patience
        let pool = BackendPool(members.map(\.terms), rules: rules, seed: seed)
        dispatcher = Dispatcher(pool, clock: ContinuousClock(), onAttempt: onAttempt) { notice in
            notice.log(members.map(\.terms.name), to: logger)
        }
    }

    public var waiting: Int { dispatcher.waiting }

    /// How each member is, in the order in which they were given.
    public var report: [BackendPool.Report] { dispatcher.read { $0.report(at: $1) } }

    /// The models of all members, each once.
    public var models: [String] {
        members.reduce(into: []) { models, member in
            let names = member.terms.models.isEmpty ? [member.model] : member.terms.models.sorted()
            models += names.filter { !models.contains($0) }
        }
    }

    /// What all members can do that are the first choice for a model.
    public func capabilities(model: String?) -> EngineCapabilities {
        let first = dispatcher.read { pool, _ in pool.firstChoice(for: model) }
        let all = first.map { members[$0].engine.capabilities(model: model) }
        return EngineCapabilities(
            hasWordTimes: all.allSatisfy(\.hasWordTimes),
            canSpeculate: all.allSatisfy(\.canSpeculate),
            canRepeat: all.allSatisfy(\.canRepeat)
        )
    }

    /// Sends utterances to members until the task is cancelled.
    public func run() async { await dispatcher.run() }

    public func transcribe(_ request: TranscriptionRequest) async throws(TranscriptionError) -> Transcript {
        guard !request.samples.isEmpty else { return Transcript(text: "") }
        let logger = Logger.current
        do throws(Refusal<TranscriptionError>) {
            let served = try await dispatcher.serve(terms(of: request), within: patience) { [members] index in
                await withLogger(logger) { _ in await Self.ask(members[index], request: request) }
            }
            return marked(served.answer, by: served.member, request: request)
        } catch {
            throw TranscriptionError(error, patience: patience)
        }
    }

    private static func ask(
        _ member: Member,
        request: TranscriptionRequest
    ) async -> Result<Transcript, Miss<TranscriptionError>> {
        do throws(Miss<TranscriptionError>) {
            if let engine = member.engine as? any Attempting { return .success(try await engine.attempt(request)) }
            do throws(TranscriptionError) {
                return .success(try await member.engine.transcribe(request))
            } catch {
                throw Miss(Setback(error), error)
            }
        } catch {
            return .failure(error)
        }
    }

    private func marked(_ transcript: Transcript, by index: Int, request: TranscriptionRequest) -> Transcript {
        let first = dispatcher.read { pool, _ in pool.firstTier(for: request.model) }
        guard members[index].terms.tier > first else { return transcript }
        var transcript = transcript
        transcript.engine = members[index].model
        return transcript
    }

    private func terms(of request: TranscriptionRequest) -> BackendPool.Terms {
        let owner = request.owner ?? RequestOwner()
        return BackendPool.Terms(
            model: request.model,
            party: Party(key: owner.key, session: owner.number),
            cost: request.cost,
            kind: Self.kind(samples: request.samples.count),
            deadline: .zero,
            isAhead: request.isAhead
        )
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
