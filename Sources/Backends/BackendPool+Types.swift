import Waiting

extension BackendPool {
    /// How the pool behaves, whatever its members are.
    public struct Rules: Equatable, Sendable {
        public var breaker = Breaker.Rules()
        public var retry = RetryPlan()
        /// Whether a request that takes longer than most gets a second try elsewhere.
        public var hedges = false
        /// Second tries of that kind, as a share of all requests.
        public var hedgeShare = 0.05
        /// A member that takes so many times as long as its peers is an outlier.
        public var outlierFactor = 3.0
        /// Below it no wait is too long.
        public var leastPatience = Duration.milliseconds(250)
        /// By so much an outlier's smoothed time is above that of its peers at least.
        public var leastSlowness = Duration.milliseconds(100)
        /// What a party may take in its turn, in the unit of costs.
        public var quantum = 80_000
        /// How long a party counts as there after its last request.
        public var presence = Duration.seconds(5)

        public init() {}
    }

    /// What the pool has to know of a request.
    public struct Terms: Equatable, Sendable {
        /// What the client asks for; decides which members may serve.
        public var model: String?
        public var party: Party
        /// How much work it is, in a unit that `Rules.quantum` shares.
        public var cost: Int
        /// Requests of one kind are about equally much work, and those of the next up to twice as much.
        public var kind: Int
        /// When its answer is of no use any more.
        public var deadline: Duration
        /// Whether it is refused rather than keep one that counts waiting; it is not sent again.
        public var isAhead: Bool
        /// How long it may be in flight before another member gets it too, while nothing is known of what others take;
        /// `nil` for as long as it likes.
        public var lateAfter: Duration?
        /// Whether the time that it takes says something of the member: not where the request alone decides on it.
        public var isMeasured: Bool

        public init(
            model: String? = nil,
            party: Party,
            cost: Int,
            kind: Int = 0,
            deadline: Duration,
            isAhead: Bool = false,
            lateAfter: Duration? = nil,
            isMeasured: Bool = true
        ) {
            self.model = model
            self.party = party
            self.cost = cost
            self.kind = kind
            self.deadline = deadline
            self.isAhead = isAhead
            self.lateAfter = lateAfter
            self.isMeasured = isMeasured
        }
    }

    /// Why a member gets a request.
    public enum Purpose: Equatable, Sendable {
        case first
        /// Another attempt failed, or takes too long.
        case retry
        /// Another attempt takes longer than most.
        case hedge
        /// To find out how the member is.
        case probe
    }

    /// What is to be done now.
    public enum Step: Equatable, Sendable {
        /// Send the request to a member; the pool wants to hear of the end of it, always.
        case start(Attempt, Ticket, member: Int)
        /// Give an attempt up; its end counts once it is told.
        case stop(Attempt)
        /// Tell the asker; comes once for each ticket, unless it was cancelled. A streamed answer has begun by then.
        case settle(Ticket, Outcome)
    }

    /// What a request came to.
    public enum Outcome: Equatable, Sendable {
        case answered(Attempt)
        /// The attempt that failed last says how.
        case failed(Attempt)
        /// No member can answer in time.
        case hopeless
        /// Its deadline came while it waited.
        case expired
        /// Nobody was free for a request that does not wait.
        case busy
    }

    /// What operators want to know of.
    public enum Notice: Equatable, Sendable {
        /// A member gets no requests until it may be probed.
        case out(member: Int, isSlow: Bool, pause: Duration)
        /// It has answered a probe, and is used again.
        case back(member: Int)
    }

    /// One request to one member.
    struct Running {
        let ticket: Ticket
        let member: Int
        let terms: Terms
        let start: Duration
        let purpose: Purpose
        let limit: AdaptiveLimit.Start
        /// Whether it is being given up.
        var isStopped = false
        /// Whether it has been seen to take too long.
        var isLate = false
        /// Whether the first part of a streamed answer has come.
        var hasBegun = false

        /// Whether it is to show how the member is, and has not done so yet.
        var isProbing: Bool { purpose == .probe && !hasBegun }
    }

    /// A request that has no outcome yet.
    struct Job {
        let terms: Terms
        /// Its attempts by the member that has them.
        var running: [Int: Attempt] = [:]
        /// Members that have failed it.
        var tried: Set<Int> = []
        var retries = 0
        /// While it waits for another attempt: when that may start.
        var notBefore = Duration.zero
        var isHedged = false
        var lastFailure: Attempt?
    }
}
