/// Tells when a peer has left bytes waiting for too long without taking any.
///
/// Bytes count as taken when the kernel has accepted them. No I/O, no clock.
struct StallWatch<Instant: InstantProtocol> where Instant.Duration == Duration {
    private let limit: Duration
    private var written = 0
    /// Since when the channel holds bytes and none has left, and how many had left by then.
    private var stall: (since: Instant, taken: Int, lookDue: Instant)?

    init(limit: Duration) { self.limit = limit }

    /// When to look again at the latest, four times within the limit; `nil` while nothing waits.
    var deadline: Instant? { stall?.lookDue }

    /// Bytes were handed to the channel.
    mutating func wrote(_ count: Int) { written += count }

    /// Whether the peer has exceeded the limit.
    ///
    /// - Parameter pending: Bytes that the channel still holds.
    mutating func isTooSlow(pending: Int, at now: Instant) -> Bool {
        guard pending > 0 else {
            stall = nil
            return false
        }

        let taken = written - pending
        let lookDue = now.advanced(by: limit / 4)
        guard let stall, taken <= stall.taken else {
            self.stall = (now, taken, lookDue)
            return false
        }

        self.stall?.lookDue = lookDue
        return now >= stall.since.advanced(by: limit)
    }
}
