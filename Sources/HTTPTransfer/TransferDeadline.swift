/// When a transfer has taken as long as it may: the whole of it, and for a streamed answer its next byte.
struct TransferDeadline: Equatable {
    typealias Instant = ContinuousClock.Instant

    private var whole: Instant
    private var nextByte: Instant?
    private let idle: Duration?

    init(start: Instant, whole: Duration, stream: StreamLimits?) {
        self.whole = start + whole
        nextByte = stream.map { start + $0.firstByte }
        idle = stream?.idle
    }

    var time: Instant { min(whole, nextByte ?? whole) }

    /// Bytes of the body have come, or may come again after `pause`.
    mutating func receive(at now: Instant) {
        if let idle { nextByte = now + idle }
    }

    /// No byte can come: the reader has left no room.
    mutating func pause() { nextByte = nil }

    /// Brings the end of the whole forward to `time` at most.
    mutating func end(by time: Instant) { whole = min(whole, time) }

    /// Puts every limit off to `time` at least.
    mutating func extend(until time: Instant) {
        whole = max(whole, time)
        nextByte = nextByte.map { max($0, time) }
    }
}
