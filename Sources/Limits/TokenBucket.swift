/// How much of something may be used in a time: a bucket that is full at the start, and fills up at a steady rate.
///
/// A value without a clock; times are those of any clock that nobody sets. The capacity comes with each call, so that it
/// can change while the bucket is in use.
///
/// More than a full bucket holds may be taken from a full one, and is paid back before anything else may be taken: a
/// recording that is longer than what a minute allows is not refused for ever, and the rate holds all the same.
public struct TokenBucket: Equatable, Sendable {
    /// What is missing to a full bucket; more than the capacity after something larger was taken.
    private var missing = 0.0
    private var last: Duration

    /// A full bucket.
    public init(at now: Duration) { last = now }

    /// Takes an amount.
    ///
    /// - Parameters:
    ///   - capacity: What a full bucket holds; more than 0.
    ///   - period: How long an empty bucket takes to fill.
    /// - Returns: `nil` when it was taken, else how long to wait until it could be.
    public mutating func take(
        _ amount: Double,
        capacity: Double,
        per period: Duration,
        at now: Duration
    ) -> Duration? {
        refill(capacity, period: period, now: now)
        let lacking = min(amount, capacity) - (capacity - missing)
        // A millionth of the bucket is what rounding may cost.
        if lacking > capacity / 1_000_000 { return period * (lacking / capacity) }
        missing += amount
        return nil
    }

    /// How long to wait until something could be taken; `nil` when it could be now.
    public mutating func wait(capacity: Double, per period: Duration, at now: Duration) -> Duration? {
        refill(capacity, period: period, now: now)
        return missing < capacity ? nil : period * ((missing - capacity) / capacity)
    }

    private mutating func refill(_ capacity: Double, period: Duration, now: Duration) {
        guard now > last else { return }
        missing = max(0, missing - capacity * ((now - last) / period))
        last = now
    }
}
