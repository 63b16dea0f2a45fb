/// When a request that failed is sent again.
///
/// Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015),
/// within the request's deadline. Another backend need not be waited for.
public struct RetryPlan: Equatable, Sendable {
    /// How often a request is sent again at most.
    public var mostRetries = 3
    /// The longest pause before the first retry; each further one may be twice as long.
    public var base = Duration.milliseconds(200)
    /// What pauses grow to.
    public var longest = Duration.seconds(5)
    /// Whether 503 does not count towards `mostRetries`: servers that load a model say so for as long as it takes.
    public var waitsForLoading = false

    public init() {}

    /// The moment from which the request may be sent again; `nil` when it may not.
    ///
    /// - Parameters:
    ///   - retries: Retries that it has had.
    ///   - hasOther: Whether there is a backend that has not failed this request.
    ///   - deadline: When its answer is of no use any more.
    ///   - random: From 0 to less than 1.
    public func next(
        after setback: Setback,
        retries: Int,
        hasOther: Bool,
        at now: Duration,
        deadline: Duration,
        random: Double
    ) -> Duration? {
        let mayRepeat = retries < mostRetries || (waitsForLoading && setback.isUnready)
        guard mayRepeat, now < deadline else { return nil }
        if hasOther, setback.isRetryableElsewhere { return now }
        guard setback.isRetryable else { return nil }
        var pause = base
        for _ in 0..<min(retries, 16) where pause < longest { pause *= 2 }
        let time = now + max(min(pause, longest) * random, setback.retryAfter ?? .zero)
        return time < deadline ? time : nil
    }
}
