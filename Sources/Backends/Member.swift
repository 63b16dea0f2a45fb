import Waiting

/// What is configured of a backend.
public struct MemberTerms: Equatable, Sendable {
    /// For people, without secrets; metrics and the admin page show it.
    public var name: String
    /// Sessions that name one of these models are served here, and others are not; empty for any other model.
    public var models: Set<String>
    /// How much faster it is meant to be than one with a weight of 1.
    public var weight: Double
    /// The most requests at once.
    public var concurrency: Int
    /// Members of a tier are used while none of a lower tier can serve.
    public var tier: Int
    /// Whether the number of requests at once is learned from its answers, up to `concurrency`.
    public var adapts: Bool

    public init(
        name: String,
        models: Set<String> = [],
        weight: Double = 1,
        concurrency: Int = 16,
        tier: Int = 0,
        adapts: Bool = true
    ) {
        precondition(weight > 0 && concurrency > 0, "A backend with no weight or no place serves nobody")
        self.name = name
        self.models = models
        self.weight = weight
        self.concurrency = concurrency
        self.tier = tier
        self.adapts = adapts
    }
}

/// What has become of the requests that a backend was given.
public struct Tally: Equatable, Sendable {
    public var answered = 0
    /// By label of the setback; without those that were given up.
    public var failed: [String: Int] = [:]
    public var abandoned = 0
    /// Requests that it got because another attempt had failed, or was taking too long.
    public var retries = 0
    public var hedges = 0
    public var probes = 0
    /// How often it was taken out for being slower than its peers.
    public var ejections = 0
}

/// One backend as the pool knows it.
struct Member: Sendable {
    let terms: MemberTerms
    var breaker: Breaker
    var latencies = Latencies()
    /// Requests that it has, with those that are being given up.
    var inFlight = 0
    /// Until then it asked to be left alone.
    var pausedUntil: Duration?
    var tally = Tally()
    private var adaptive: AdaptiveLimit

    init(_ terms: MemberTerms, rules: Breaker.Rules) {
        self.terms = terms
        breaker = Breaker(rules: rules)
        adaptive = AdaptiveLimit(ceiling: terms.concurrency)
    }

    /// Requests that it may have at once now.
    var limit: Int { terms.adapts ? adaptive.limit : terms.concurrency }

    var hasPlace: Bool { inFlight < limit }

    func isPaused(at now: Duration) -> Bool { pausedUntil.map { now < $0 } ?? false }

    /// Whether it takes requests that are no probes, though perhaps not at once.
    func isWell(at now: Duration) -> Bool { breaker.isClosed && !isPaused(at: now) }

    /// The first moment at which it may take a request.
    func opening(at now: Duration) -> Duration { max(now, breaker.reopening ?? now, pausedUntil ?? now) }

    mutating func start() -> AdaptiveLimit.Start {
        inFlight += 1
        return adaptive.start(active: inFlight)
    }

    /// Takes note of how long an answer took to come, or a streamed one to begin.
    mutating func took(_ time: Duration, _ start: AdaptiveLimit.Start, kind: Int) {
        latencies.note(time, kind: kind)
        adaptive.answered(start, after: time, kind: kind)
    }

    mutating func failed(_ start: AdaptiveLimit.Start, _ setback: Setback, at now: Duration) {
        if setback == .abandoned { tally.abandoned += 1 } else { tally.failed[setback.label, default: 0] += 1 }
        if setback.isOverload { adaptive.overloaded(start) }
        if let wait = setback.retryAfter, setback.isRetryable { pausedUntil = max(pausedUntil ?? now, now + wait) }
    }
}
