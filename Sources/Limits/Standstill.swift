/// Time in which the process stood still (a suspended machine, a stopped process) while the clock went on.
///
/// An answer may have come meanwhile although nobody could read it, so a limit of time is put off for a moment then.
public enum Standstill {
    /// How late a timer must fire to show it.
    public static let leastDelay = Duration.milliseconds(250)
    /// What an answer that has come takes to be read, at most.
    public static let grace = Duration.seconds(2)
}
