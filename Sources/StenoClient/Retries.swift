/// When a lost connection is tried again: soon at first, then at growing intervals, until patience is at its end.
struct Retries<Instant: InstantProtocol> where Instant.Duration == Duration {
    static var first: Duration { .milliseconds(100) }
    static var longest: Duration { .seconds(2) }

    private let end: Instant
    private var pause = Self.first

    init(patience: Duration, now: Instant) { end = now.advanced(by: patience) }

    /// How long to wait before the next attempt; `nil` where there is none.
    mutating func next(at now: Instant) -> Duration? {
        guard now < end else { return nil }
        defer { pause = min(pause * 2, Self.longest) }
        return min(pause, now.duration(to: end))
    }
}

extension StenoClientError {
    /// Whether what failed may go well a little later, once there was a session.
    var mayPass: Bool {
        switch self {
        case .connectionLost, .unreachable, .notWebSocket: true
        case .refused(_, let status, _, _): [408, 410, 429, 500, 502, 503, 504].contains(status)
        case .closed(let closure): [1001, 1011, 1012, 1013].contains(closure.code)
        default: false
        }
    }

    /// Whether the server has said that the session does not go on.
    var endsSession: Bool {
        switch self {
        case .refused(_, let status, _, _): status == 410
        case .closed: true
        default: false
        }
    }
}
