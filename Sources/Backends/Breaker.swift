/// Keeps requests from a backend that fails, and finds out when it answers again.
///
/// A circuit breaker (M. Nygard, "Release It!", 2007): closed while the backend answers; open for a pause once it fails
/// too often; then half-open, which lets one request through as a probe. The probe's outcome closes it, or opens it for
/// a pause that is twice as long. Times are measured from any one moment; the value has no clock.
public struct Breaker: Equatable, Sendable {
    /// What makes it open, and for how long.
    public struct Rules: Equatable, Sendable {
        /// So many failures in a row open it.
        public var failuresInRow = 3
        /// Of at least so many of the last outcomes, a share of failures opens it.
        public var leastOutcomes = 10
        /// That share.
        public var failureRate = 0.5
        /// The first pause, from which jitter takes up to a half.
        public var pause = Duration.seconds(1)
        /// What pauses grow to.
        public var longestPause = Duration.seconds(20)
        /// So many answers in a row make pauses short again.
        public var answersToForget = 10

        public init() {}
    }

    /// Where it stands at a moment.
    public enum State: String, CaseIterable, Equatable, Sendable {
        case closed
        case open
        case halfOpen = "half_open"
    }

    /// Outcomes that the rate is taken of.
    private static let window = 20

    private let rules: Rules
    /// When the pause ends; `nil` while closed.
    public private(set) var reopening: Duration?
    /// Whether a probe is under way.
    public private(set) var isProbing = false
    /// How often it has opened since the backend was last well.
    public private(set) var openings = 0
    private var failuresInRow = 0
    private var answersInRow = 0
    /// The last outcomes; `true` for a failure.
    private var outcomes: [Bool] = []

    public init(rules: Rules = Rules()) { self.rules = rules }

    /// Share of failures among the last outcomes, 0 to 1.
    public var errorRate: Double {
        outcomes.isEmpty ? 0 : Double(outcomes.count { $0 }) / Double(outcomes.count)
    }

    /// Whether any request may pass.
    public var isClosed: Bool { reopening == nil }

    public func state(at now: Duration) -> State {
        guard let reopening else { return .closed }
        return now < reopening ? .open : .halfOpen
    }

    /// Whether one request may pass to find out how the backend is.
    public func mayProbe(at now: Duration) -> Bool { state(at: now) == .halfOpen && !isProbing }

    /// Takes note that the probe has started.
    public mutating func startProbe() { isProbing = true }

    /// Takes note of an answer to a request that was no probe.
    public mutating func answered() {
        remember(failure: false)
        guard isClosed else { return }
        failuresInRow = 0
        answersInRow += 1
        if answersInRow >= rules.answersToForget { openings = 0 }
    }

    /// Takes note of a failure of a request that was no probe.
    ///
    /// - Parameter random: From 0 to less than 1.
    /// - Returns: Whether it has opened the breaker.
    public mutating func failed(at now: Duration, random: Double) -> Bool {
        remember(failure: true)
        // What started before it opened says nothing new.
        guard isClosed else { return false }
        answersInRow = 0
        failuresInRow += 1
        let isTooMuch = outcomes.count >= rules.leastOutcomes && errorRate >= rules.failureRate
        guard failuresInRow >= rules.failuresInRow || isTooMuch else { return false }
        open(at: now, random: random)
        return true
    }

    /// Opens it whatever the outcomes were.
    public mutating func open(at now: Duration, random: Double) {
        var pause = rules.pause
        for _ in 0..<min(openings, 16) where pause < rules.longestPause { pause *= 2 }
        pause = min(pause, rules.longestPause)
        reopening = now + pause * (1 - random / 2)
        openings += 1
        (failuresInRow, answersInRow, isProbing) = (0, 0, false)
    }

    /// Takes note of how the probe ended.
    public mutating func probed(_ isWell: Bool, at now: Duration, random: Double) {
        remember(failure: !isWell)
        guard isWell else { return open(at: now, random: random) }
        (reopening, isProbing) = (nil, false)
        // The old failures are no reason to open again.
        outcomes = [false]
    }

    /// Takes note that the probe was given up without a result.
    public mutating func probeAbandoned() { isProbing = false }

    private mutating func remember(failure: Bool) {
        outcomes.append(failure)
        if outcomes.count > Self.window { outcomes.removeFirst() }
    }
}
