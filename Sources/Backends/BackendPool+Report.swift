extension BackendPool {
    /// How a member is, for people and metrics.
    public struct Report: Equatable, Sendable {
        public let terms: MemberTerms
        public let state: Breaker.State
        /// Whether it was asked to be left alone, and still is.
        public let isPaused: Bool
        public let inFlight: Int
        /// Requests that it may have at once now.
        public let limit: Int
        /// Smoothed, in seconds; `nil` before its first answer.
        public let latency: Double?
        public let p95: Double?
        /// Share of failures among the last outcomes, 0 to 1.
        public let errorRate: Double
        /// How long until it may have a request again; `nil` while it may.
        public let nextProbe: Duration?
        public let tally: Tally

        /// Whether it takes requests that are no probes.
        public var isWell: Bool { state == .closed && !isPaused }
    }

    /// How each member is.
    public func report(at now: Duration) -> [Report] {
        members.map { member in
            let opening = member.opening(at: now)
            return Report(
                terms: member.terms,
                state: member.breaker.state(at: now),
                isPaused: member.isPaused(at: now),
                inFlight: member.inFlight,
                limit: member.limit,
                latency: member.latencies.all.smoothed,
                p95: member.latencies.all.p95,
                errorRate: member.breaker.errorRate,
                nextProbe: opening > now ? opening - now : nil,
                tally: member.tally
            )
        }
    }
}
