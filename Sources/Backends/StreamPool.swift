public import Logging
import Synchronization

/// A pool of backends as operators see it, whatever the backends do.
public protocol PooledBackends: Sendable {
    /// How each member is, in the order in which they were given.
    var report: [BackendPool.Report] { get }
    /// Requests that wait for a place.
    var waiting: Int { get }

    /// Sends requests to members until the task is cancelled.
    func run() async
}

/// What serves by a pool of streams.
public protocol PooledStreams: PooledBackends {
    associatedtype Failure: BackendError

    var pool: StreamPool<Failure> { get }
}

extension PooledStreams {
    public var report: [BackendPool.Report] { pool.report }

    public var waiting: Int { pool.waiting }

    public func run() async { await pool.run() }
}

/// Backends whose answers are streams, as one.
///
/// A request is sent again, also elsewhere, until the first part of an answer has come; from then on it stays with that
/// answer. The latency that counts is the time to the first part. Serves while `run` runs.
public final class StreamPool<Failure: BackendError>: PooledBackends {
    private let dispatcher: Dispatcher<any Sendable, Failure, ContinuousClock>
    private let unit: Int
    /// Nobody says whose requests they are, so that each is a party of its own.
    private let parties = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - members: At least one.
    ///   - unit: Up to so much work, requests are of one kind, in the unit of their sizes.
    ///   - onAttempt: Called at the end of each attempt; see `Dispatcher`.
    public init(
        _ members: [MemberTerms],
        unit: Int,
        rules: BackendPool.Rules = .streams,
        seed: UInt64 = .random(in: 0 ... .max),
        logger: Logger = .current,
        onAttempt: @escaping @Sendable (_ member: Int, _ outcome: String, _ time: Duration) -> Void = { _, _, _ in }
    ) {
        self.unit = unit
        var rules = rules
        rules.quantum = unit
        let pool = BackendPool(members, rules: rules, seed: seed)
        dispatcher = Dispatcher(pool, clock: ContinuousClock(), onAttempt: onAttempt) { notice in
            notice.log(members.map(\.name), to: logger)
        }
    }

    public var report: [BackendPool.Report] { dispatcher.read { $0.report(at: $1) } }

    public var waiting: Int { dispatcher.waiting }

    public func run() async { await dispatcher.run() }

    /// Has a request served.
    ///
    /// Who asks reads the rest of the answer, and then ends its place.
    ///
    /// - Parameters:
    ///   - model: What the client asks for.
    ///   - size: How much work it is.
    ///   - patience: The longest that the first part of an answer may take, with all attempts.
    ///   - isMeasured: Whether the time to the first part says something of the member.
    ///   - begin: Asks a member, whose answer is of use for so long from now, and waits for the first part.
    public func open<Answer: Sendable>(
        model: String? = nil,
        size: Int,
        within patience: Duration,
        isMeasured: Bool = true,
        _ begin: @escaping @Sendable (_ member: Int, _ left: Duration) async throws(Miss<Failure>) -> Answer
    ) async throws(Failure) -> Served<Answer> {
        let terms = BackendPool.Terms(
            model: model,
            party: Party(session: parties.add(1, ordering: .relaxed).newValue),
            cost: size,
            kind: Int.bitWidth - ((max(size, 1) - 1) / unit).leadingZeroBitCount,
            deadline: .zero,
            lateAfter: patience / 3,
            isMeasured: isMeasured
        )
        let logger = Logger.current
        do throws(Refusal<Failure>) {
            let served = try await dispatcher.open(terms, within: patience) { member, left in
                await withLogger(logger) { _ in
                    do throws(Miss<Failure>) {
                        return .success(try await begin(member, left))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            guard let answer = served.answer as? Answer else {
                preconditionFailure("An answer is what the attempt at it has made")
            }
            return Served(member: served.member, answer: answer, place: served.place)
        } catch {
            throw Failure(error, patience: patience)
        }
    }
}

extension StreamPool {
    /// Has a request served, and reads its answer to the end.
    ///
    /// - Parameter finish: Reads the rest of a member's answer.
    public func serve<Answer: Sendable, Value>(
        model: String? = nil,
        size: Int,
        within patience: Duration,
        _ begin: @escaping @Sendable (_ member: Int, _ left: Duration) async throws(Miss<Failure>) -> Answer,
        finish: (_ member: Int, _ answer: Answer) async throws(Miss<Failure>) -> Value
    ) async throws(Failure) -> Value {
        let served = try await open(model: model, size: size, within: patience, begin)
        do throws(Miss<Failure>) {
            let value = try await finish(served.member, served.answer)
            served.place?.end()
            return value
        } catch {
            served.place?.end(error.setback)
            throw error.failure
        }
    }
}

extension BackendPool.Rules {
    /// For answers that are streams.
    ///
    /// The time to the first part varies more than that of whole answers, and servers of language models say 503 while
    /// they load one.
    public static var streams: Self {
        var rules = Self()
        rules.retry.waitsForLoading = true
        rules.leastPatience = .seconds(1)
        rules.leastSlowness = .milliseconds(500)
        return rules
    }
}
