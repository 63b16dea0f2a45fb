/// How much a client of HTTP/1.1 may send in a head, and how long it may take.
public struct HTTPLimits: Equatable, Sendable {
    /// Bytes that the fields of a request's head may have together, and its target by itself.
    public static let maximumHead = 1 << 16
    /// Fields that a request's head may have.
    public static let maximumFields = 128

    /// How long a connection may be open without a request.
    public var idleTimeout: Duration = .seconds(60)
    /// How long the head of a request may take, and how long its body may stand still.
    public var requestTimeout: Duration = .seconds(30)
    /// Bytes that a body must bring per second, over the whole of it; `requestTimeout` is added once.
    public var leastRate = 1_000
    /// How long a client may leave an answer waiting without taking any of it.
    public var sendTimeout: Duration = .seconds(30)
    /// How long a connection that was ended stays for the client to read what it was told.
    public var closeTimeout: Duration = .seconds(2)

    /// The defaults.
    public init() {}
}

/// The rules of how long a client may take to send requests and to read answers.
///
/// A head has a time, a body a time without a byte and a least rate, so that its time grows with its size. Time in which
/// the server asks for no bytes is not the client's. No I/O, no clock: the shell tells what happens and does what is
/// answered.
struct RequestWatch<Instant: InstantProtocol> where Instant.Duration == Duration {
    enum Event: Equatable {
        /// The client sent bytes.
        case heard(Int)
        /// The server began (or stopped) asking the client for bytes.
        case reading(Bool)
        /// Where a request has got to.
        case progress(RequestProgress)
        /// Bytes were handed to the channel.
        case wrote(Int)
        /// A look at the bytes that the channel still holds.
        case look(pending: Int)
    }

    enum Action: Equatable {
        /// Refuse the request that takes too long, and end the connection.
        case refuse
        /// Close at once.
        case close
    }

    private enum Phase {
        case idle(since: Instant)
        case head(since: Instant)
        case body(Body)
        /// Every request has been read.
        case answering
        case closing(since: Instant)
    }

    /// How much of a body has come, in how much time of listening.
    private struct Body {
        var bytes = 0
        var listened: Duration = .zero
        var listenedSinceByte: Duration = .zero
        /// Since when the server listens, unless it does not.
        var listeningSince: Instant?

        mutating func pass(to now: Instant) {
            guard let since = listeningSince else { return }
            listened += since.duration(to: now)
            listenedSinceByte += since.duration(to: now)
            listeningSince = now
        }
    }

    private let limits: HTTPLimits
    private var phase: Phase
    private var unanswered = 0
    private var isReading = true
    private var stall: StallWatch<Instant>

    init(_ limits: HTTPLimits, at now: Instant) {
        self.limits = limits
        phase = .idle(since: now)
        stall = StallWatch(limit: limits.sendTimeout)
    }

    /// When to look again at the latest; `nil` when nothing but an event can matter.
    var deadline: Instant? {
        [stall.deadline, phaseDeadline].compactMap(\.self).min()
    }

    mutating func event(_ event: Event, at now: Instant) -> Action? {
        switch event {
        case .heard(let count): heard(count, now)
        case .reading(let isReading): setReading(isReading, now: now)
        case .progress(let progress): advance(progress, now: now)
        case .wrote(let count): stall.wrote(count)
        case .look(let pending): return look(pending, now)
        }
        return nil
    }

    private var phaseDeadline: Instant? {
        switch phase {
        case .idle(let since): since.advanced(by: limits.idleTimeout)
        case .head(let since): since.advanced(by: limits.requestTimeout)
        case .body(let body): deadline(of: body)
        case .answering: nil
        case .closing(let since): since.advanced(by: limits.closeTimeout)
        }
    }

    private func deadline(of body: Body) -> Instant? {
        let whole = limits.requestTimeout + .seconds(body.bytes) / limits.leastRate - body.listened
        let pause = limits.requestTimeout - body.listenedSinceByte
        return body.listeningSince?.advanced(by: min(whole, pause))
    }

    private mutating func heard(_ count: Int, _ now: Instant) {
        switch phase {
        case .idle:
            phase = .head(since: now)
        case .body(var body):
            body.pass(to: now)
            body.bytes += count
            body.listenedSinceByte = .zero
            phase = .body(body)
        case .head, .answering, .closing:
            break
        }
    }

    private mutating func setReading(_ isReading: Bool, now: Instant) {
        self.isReading = isReading
        guard case .body(var body) = phase else { return }
        body.pass(to: now)
        body.listeningSince = isReading ? now : nil
        phase = .body(body)
    }

    private mutating func advance(_ progress: RequestProgress, now: Instant) {
        if case .closing = phase { return }
        switch progress {
        case .begun:
            unanswered += 1
            phase = .body(Body(listeningSince: isReading ? now : nil))
        case .read:
            phase = unanswered > 0 ? .answering : .idle(since: now)
        case .answered:
            unanswered -= 1
            if case .answering = phase, unanswered == 0 { phase = .idle(since: now) }
        case .closing:
            phase = .closing(since: now)
        }
    }

    private mutating func look(_ pending: Int, _ now: Instant) -> Action? {
        if stall.isTooSlow(pending: pending, at: now) { return .close }

        // The wait for the client begins when everything has left.
        if case .closing = phase, pending > 0 { phase = .closing(since: now) }
        guard let phaseDeadline, now >= phaseDeadline else { return nil }
        switch phase {
        case .idle, .closing:
            return .close
        case .head, .body, .answering:
            phase = .answering
            return .refuse
        }
    }
}

/// Where a request has got to, as the handlers of a connection tell each other.
enum RequestProgress: Equatable, Sendable {
    /// Its head has come.
    case begun
    /// All of it has come.
    case read
    /// All of its answer was handed to the channel.
    case answered
    /// The last answer has left, and nothing that comes counts.
    case closing
}
