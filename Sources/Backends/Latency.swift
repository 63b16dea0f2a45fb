/// How long a backend takes to answer requests of one kind.
public struct Latency: Equatable, Sendable {
    /// Of a new answer in the smoothed figure.
    private static let weight = 0.2
    /// Answers that the percentile is taken of.
    private static let window = 64

    /// Exponentially weighted mean, in seconds; `nil` before the first answer.
    public private(set) var smoothed: Double?
    /// The time within which 95 of 100 answers come, of the last 64, in seconds; `nil` before the first.
    public private(set) var p95: Double?
    /// Answers so far.
    public private(set) var count = 0
    private var recent: [Double] = []

    public init() {}

    /// Takes note of an answer, or of a wait that was given up after so long.
    public mutating func note(_ time: Duration) {
        let seconds = max(time.seconds, 0)
        smoothed = smoothed.map { $0 + Self.weight * (seconds - $0) } ?? seconds
        if recent.count < Self.window { recent.append(seconds) } else { recent[count % Self.window] = seconds }
        count += 1
        // The nearest rank, which for fewer than twenty answers is the slowest.
        let rank = Int((0.95 * Double(recent.count)).rounded(.up))
        p95 = recent.sorted()[rank - 1]
    }
}

/// How long a backend takes, by kinds of requests: each kind is about twice the work of the one before.
public struct Latencies: Equatable, Sendable {
    /// Answers without which a kind says nothing.
    private static let least = 3

    private var kinds: [Int: Latency] = [:]
    /// Over all kinds, for people.
    public private(set) var all = Latency()

    public init() {}

    public mutating func note(_ time: Duration, kind: Int) {
        kinds[kind, default: Latency()].note(time)
        all.note(time)
    }

    /// The smoothed time for a kind, in seconds; `nil` while nothing is known.
    public func smoothed(kind: Int, least: Int = 1) -> Double? { figure(kind, least: least) { $0.smoothed } }

    /// The 95th percentile for a kind, in seconds; `nil` while too little is known.
    public func p95(kind: Int) -> Double? { figure(kind, least: Self.least) { $0.p95 } }

    /// The figure of the kind itself, or of the next larger one, which takes no less; or else in proportion to the work.
    private func figure(_ kind: Int, least: Int, value: (Latency) -> Double?) -> Double? {
        let known = kinds.filter { $0.value.count >= least }
        if let own = known[kind] { return value(own) }
        if let larger = known.keys.filter({ $0 > kind }).min() { return known[larger].flatMap(value) }
        guard let smaller = known.keys.max(), let figure = known[smaller].flatMap(value) else { return nil }
        return figure * Double(1 << min(kind - smaller, 16))
    }
}
