/// The rules of a connection's life: when to ping, and when a peer counts as gone or as too slow.
///
/// Pings follow RFC 6455 section 5.5.2. No I/O, no clock: the shell tells what happens and does what is answered.
struct ConnectionWatch<Instant: InstantProtocol> where Instant.Duration == Duration {
    enum Event: Equatable {
        /// We began (or stopped) asking the peer for bytes.
        case reading(Bool)
        /// The peer ended its direction; it can still read.
        case inputEnded
        /// Bytes were handed to the channel.
        case wrote(Int)
        /// Our Close frame has been queued.
        case closing
        /// The server wants no more of this connection.
        case disconnect
        /// A look at the bytes the channel still holds.
        case look(pending: Int)
    }

    enum Action: Equatable {
        case ping
        /// An unsolicited pong (RFC 6455 section 5.5.3): asks for nothing, but a peer that is gone answers with a reset.
        case heartbeat
        /// Say why in a Close frame; the connection ends soon.
        case end(WebSocketLoss)
        /// Close at once.
        case abort
    }

    private enum Phase {
        case open
        case closing(since: Instant)
        case ended(since: Instant)
    }

    private let configuration: WebSocketConfiguration
    private var phase = Phase.open
    private var pingDue: Instant
    /// Since when a ping has gone unheard.
    private var unheardSince: Instant?
    private(set) var isReading = true
    private var hasInputEnded = false
    private var stall: StallWatch<Instant>

    init(_ configuration: WebSocketConfiguration, at now: Instant) {
        self.configuration = configuration
        pingDue = now.advanced(by: configuration.pingInterval)
        stall = StallWatch(limit: configuration.sendTimeout)
    }

    /// When to look again at the latest.
    var deadline: Instant {
        switch phase {
        case .open:
            [stall.deadline, answerDue].compactMap(\.self).reduce(pingDue, min)
        case .closing(let since):
            [stall.deadline].compactMap(\.self).reduce(since.advanced(by: configuration.closeTimeout), min)
        case .ended(let since):
            since.advanced(by: configuration.closeTimeout)
        }
    }

    /// The peer sent bytes.
    mutating func heard() { unheardSince = nil }

    mutating func event(_ event: Event, at now: Instant) -> Action? {
        switch event {
        case .reading(let isReading):
            // Silence counts only while we listen.
            if isReading, !self.isReading, unheardSince != nil { unheardSince = now }
            self.isReading = isReading
        case .inputEnded:
            hasInputEnded = true
            unheardSince = nil
            if case .open = phase { return .heartbeat }
        case .wrote(let count):
            stall.wrote(count)
        case .closing:
            if case .open = phase { phase = .closing(since: now) }
        case .disconnect:
            if case .ended = phase { return nil }
            return end(.shutdown, now)
        case .look(let pending):
            return look(pending, now)
        }

        return nil
    }

    private var answerDue: Instant? {
        guard isReading else { return nil }
        return unheardSince?.advanced(by: configuration.pongTimeout)
    }

    private mutating func look(_ pending: Int, _ now: Instant) -> Action? {
        if case .ended(let since) = phase {
            // A peer that has said all and been told all holds nothing up.
            let isSettled = hasInputEnded && pending == 0
            return isSettled || now >= since.advanced(by: configuration.closeTimeout) ? .abort : nil
        }

        if stall.isTooSlow(pending: pending, at: now) { return end(.slowReader, now) }
        if case .closing(let since) = phase {
            // The wait for the peer's answer begins when everything before it has left.
            if pending > 0 { phase = .closing(since: now) }
            return pending == 0 && now >= since.advanced(by: configuration.closeTimeout) ? .abort : nil
        }

        if let answerDue, now >= answerDue { return end(.noAnswer, now) }
        return pingIfDue(now)
    }

    private mutating func pingIfDue(_ now: Instant) -> Action? {
        guard now >= pingDue else { return nil }
        pingDue = now.advanced(by: configuration.pingInterval)
        guard !hasInputEnded else { return .heartbeat }
        if unheardSince == nil { unheardSince = now }
        return .ping
    }

    private mutating func end(_ cause: WebSocketLoss, _ now: Instant) -> Action {
        phase = .ended(since: now)
        return .end(cause)
    }
}
