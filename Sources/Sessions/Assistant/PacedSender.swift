/// Lets speech out at the pace at which it is heard, a little ahead.
///
/// It keeps the clock of the client's playback, which starts with the first samples sent and stands still while
/// everything sent must have been played. Sent ≤ played + lead, always.
struct PacedSender: Equatable {
    /// The first delta is short, so that the client can begin early: 40 ms.
    private static let firstDelta = Duration.milliseconds(40)
    private static let delta = Duration.milliseconds(100)

    private let rate: Int
    /// Samples; zero sends everything at once.
    private let lead: Int
    private(set) var sent = 0
    /// Samples that have been played, if the client plays what it gets at once.
    private(set) var played = 0
    private var now: Duration?
    /// Parts of a sample that have been played, in attoseconds of the clock.
    private var rest: Duration = .zero
    /// Whether nothing may go out, because somebody may have begun to speak.
    var isHeld = false

    init(rate: Int, lead: Duration) {
        self.rate = rate
        self.lead = Self.samples(in: lead, rate)
    }

    /// Lets time pass.
    mutating func advance(to time: Duration) {
        defer { now = time }
        guard let now, time > now, played < sent else {
            rest = .zero
            return
        }
        let elapsed = time - now + rest
        let count = Self.samples(in: elapsed, rate)
        rest = elapsed - Self.duration(of: count, rate)
        played = min(sent, played + count)
    }

    /// Samples of the next delta; `nil` when none may go now.
    ///
    /// - Parameters:
    ///   - made: Samples that there are.
    ///   - isWhole: Whether no more will come soon, so that a short rest goes out too.
    func next(of made: Int, isWhole: Bool) -> Int? {
        guard !isHeld, made > sent else { return nil }
        let allowed = lead == 0 ? made : min(made, played + lead)
        let size = deltaSize
        if allowed - sent >= size { return size }
        return isWhole && allowed == made ? made - sent : nil
    }

    mutating func send(_ count: Int) { sent += count }

    /// How long until the next delta may go; `nil` when that is not a matter of time.
    func delay(of made: Int) -> Duration? {
        guard !isHeld, made > sent, lead > 0 else { return nil }
        let missing = min(made, sent + deltaSize) - lead - played
        return missing > 0 ? Self.duration(of: missing, rate) : nil
    }

    /// How long until everything sent has been played.
    var remaining: Duration { Self.duration(of: sent - played, rate) }

    private var deltaSize: Int { Self.samples(in: sent == 0 ? Self.firstDelta : Self.delta, rate) }

    static func samples(in duration: Duration, _ rate: Int) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * rate + Int(attoseconds / 1_000_000_000) * rate / 1_000_000_000
    }

    /// Rounded up, so that at its end the samples have passed.
    static func duration(of samples: Int, _ rate: Int) -> Duration {
        .nanoseconds((samples * 1_000_000_000 + rate - 1) / rate)
    }
}
