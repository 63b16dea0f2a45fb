import Audio

/// Says when a decoder has been waited for long enough: it stands still, or it is slower than speech, so that it would
/// keep its place for as long as the recording lasts.
struct DecodingPatience {
    /// How long it may stand still, or be behind.
    let limit: Duration
    private var elapsed = Duration.zero
    private var idleSteps = 0
    private var frames = 0

    init(_ limit: Duration) { self.limit = limit }

    /// How often to look.
    var step: Duration { limit / 4 }

    /// Whether to give up, one step after the look before.
    ///
    /// - Parameter frames: What has been decoded until now, at `SampleClock.rate`.
    mutating func isOver(at frames: Int) -> Bool {
        elapsed += step
        idleSteps = frames == self.frames ? idleSteps + 1 : 0
        self.frames = frames
        return idleSteps == 4 || elapsed > limit + .seconds(frames / SampleClock.rate)
    }
}
