/// Why a backend did not answer a request, as far as it matters for what is done next.
public enum Setback: Equatable, Sendable {
    /// No connection could be made.
    case unreachable
    /// No answer within the time that the backend has.
    case timedOut
    /// The connection ended before the answer was whole.
    case cut
    /// The answer makes no sense.
    case garbled
    /// An HTTP status other than 2xx, with the wait that its `Retry-After` asks for (RFC 9110 section 10.2.3).
    case status(Int, retryAfter: Duration?)
    /// The engine itself failed, or is not there.
    case broken
    /// It was given up by us; it says nothing of the backend.
    case abandoned

    /// Whether the same request may be sent once more, anywhere.
    ///
    /// Statuses: request timeout (408), conflict (409), too early (425), too many requests (429), and what the server
    /// itself answers for (5xx). Any other 4xx speaks of the request, and would be repeated.
    public var isRetryable: Bool {
        switch self {
        case .unreachable, .cut: true
        case .status(let status, _): [408, 409, 425, 429].contains(status) || status >= 500
        case .timedOut, .garbled, .broken, .abandoned: false
        }
    }

    /// Whether it may be sent to another backend: also after what the same one would do again.
    public var isRetryableElsewhere: Bool {
        switch self {
        case .timedOut, .garbled, .broken: true
        default: isRetryable
        }
    }

    /// Whether it counts against the backend.
    ///
    /// A refused key or a path that is not there (401, 403, 404) would go on for every request, and quick refusals make
    /// a backend look fast.
    public var countsAgainstBackend: Bool {
        switch self {
        case .abandoned: false
        case .status(let status, _): [401, 403, 404].contains(status) || isRetryable
        default: true
        }
    }

    /// Whether it says that the backend has too much to do.
    public var isOverload: Bool {
        switch self {
        case .timedOut: true
        case .status(let status, _): status == 429 || status == 503
        default: false
        }
    }

    /// Whether the backend says that it is not ready, as while it loads a model.
    var isUnready: Bool {
        if case .status(503, _) = self { true } else { false }
    }

    /// How long the backend asked to be left alone.
    public var retryAfter: Duration? {
        if case .status(_, let wait) = self { wait } else { nil }
    }

    /// A stable name for metric labels, of a closed set.
    public var label: String {
        switch self {
        case .unreachable: "unreachable"
        case .timedOut: "timeout"
        case .cut: "disconnected"
        case .garbled: "invalid_response"
        case .status(429, _): "status_429"
        case .status(let status, _): status >= 500 ? "status_5xx" : "status_4xx"
        case .broken: "engine_failed"
        case .abandoned: "abandoned"
        }
    }
}
