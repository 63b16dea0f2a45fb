/// Positions in a stream of audio.
///
/// Inside Steno a position is the index of a sample at `SampleClock.rate`, counted from the first sample a session
/// received. It never depends on wall time. Milliseconds appear only on the wire.
public typealias SamplePosition = Int64

/// The rate that every stage after the intake works at, and its conversion to milliseconds.
public enum SampleClock {
    /// Samples per second.
    public static let rate = 16_000

    /// The position in whole milliseconds, rounded to nearest.
    public static func milliseconds(at position: SamplePosition) -> Int64 {
        (position * 1_000 + Int64(rate / 2)) / Int64(rate)
    }

    /// The number of samples in a length of time.
    public static func samples(milliseconds: Int) -> Int {
        milliseconds * rate / 1_000
    }
}
