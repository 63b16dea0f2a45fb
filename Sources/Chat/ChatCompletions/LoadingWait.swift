/// How long a server is asked again that is not ready yet, as while it loads its model.
///
/// All of it counts as one wait for the first part of a reply.
struct LoadingWait {
    private static let shortest = Duration.milliseconds(100)
    private static let longest = Duration.seconds(2)

    let start: ContinuousClock.Instant
    private let limit: Duration
    private var pause = Duration.milliseconds(250)

    init(limit: Duration, at now: ContinuousClock.Instant) {
        self.limit = limit
        start = now
    }

    private var deadline: ContinuousClock.Instant { start + limit }

    /// How long the first part of the reply may still take.
    func left(at now: ContinuousClock.Instant) -> Duration { max(now.duration(to: deadline), .milliseconds(1)) }

    /// The time until the server is asked again; `nil` where that would be too late.
    ///
    /// - Parameter retryAfter: What the server asked for.
    mutating func next(retryAfter: Duration?, at now: ContinuousClock.Instant) -> Duration? {
        let wait = max(retryAfter ?? pause, Self.shortest)
        pause = min(pause * 2, Self.longest)
        return now + wait < deadline ? wait : nil
    }
}
