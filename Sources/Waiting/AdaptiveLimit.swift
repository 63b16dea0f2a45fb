/// How many requests a server should have at once, learned from how long its answers take.
///
/// Additive increase, multiplicative decrease (Chiu and Jain, 1989), with latency as the signal of congestion as in TCP
/// Vegas and Netflix's concurrency-limits: while answers take about as long as the quickest of their kind, the limit
/// grows; when they take half as long again, requests queue inside the server, and it is halved. As in TCP's slow start
/// (RFC 5681 section 3.1) it grows by one for each answer until it first shrinks, and by one for each round after.
///
/// A value with no lock and no clock.
public struct AdaptiveLimit: Sendable {
    /// What a request has to know of the moment at which it started.
    public struct Start: Equatable, Sendable {
        /// How often the limit had shrunk.
        fileprivate var shrinkages: Int
        /// Whether it was the last for which there was room, so that its answer says something about the limit.
        fileprivate var isAtLimit: Bool
    }

    /// How long answers to requests of one kind take, in seconds.
    private struct Latency {
        var smoothed: Double
        var quickest: Double
    }

    private static let initial = 2.0
    /// Of a new answer in the smoothed figures.
    private static let weight = 0.5
    /// Up to this multiple of the quickest, answers count as equally quick.
    private static let equal = 1.2
    /// Beyond this multiple of the quickest, requests queue inside the server.
    private static let queueing = 1.5
    /// How the quickest figure rises with each answer, so that a server that has become slower is not held to it.
    private static let forgetting = 1.001

    private let ceiling: Double
    private var value: Double
    private var shrinkages = 0
    private var latencies: [Int: Latency] = [:]

    /// - Parameter ceiling: The most it grows to; at least 1.
    public init(ceiling: Int) {
        precondition(ceiling >= 1, "A ceiling of \(ceiling) lets nobody proceed")
        self.ceiling = Double(ceiling)
        value = min(Self.initial, self.ceiling)
    }

    /// At least 1 and at most the ceiling.
    public var limit: Int { Int(value) }

    /// - Parameter active: Requests under way, with the one that starts.
    public func start(active: Int) -> Start {
        Start(shrinkages: shrinkages, isAtLimit: active >= limit)
    }

    /// Takes note of a request that was answered.
    ///
    /// - Parameter kind: Requests of one kind are about equally much work.
    public mutating func answered(_ start: Start, after time: Duration, kind: Int) {
        let slowdown = slowdown(seconds: max(time / .seconds(1), 0.001), kind: kind)

        if slowdown > Self.queueing {
            shrink(start)
        } else if slowdown <= Self.equal, start.isAtLimit {
            value = min(value + (shrinkages == 0 ? 1 : 1 / value), ceiling)
        }
    }

    /// Takes note of a request that the server refused, or did not answer in time, because it has too many.
    public mutating func overloaded(_ start: Start) {
        shrink(start)
    }

    /// Requests that started before the limit last shrank say nothing about the new one.
    private mutating func shrink(_ start: Start) {
        guard start.shrinkages == shrinkages else { return }
        shrinkages += 1
        value = max(value / 2, 1)
    }

    /// Takes note of an answer; returns the latency of its kind over the quickest.
    private mutating func slowdown(seconds: Double, kind: Int) -> Double {
        var latency = latencies[kind] ?? Latency(smoothed: seconds, quickest: seconds)
        latency.smoothed += Self.weight * (seconds - latency.smoothed)
        latency.quickest = min(latency.quickest * Self.forgetting, latency.smoothed)
        latencies[kind] = latency
        return latency.smoothed / latency.quickest
    }
}
