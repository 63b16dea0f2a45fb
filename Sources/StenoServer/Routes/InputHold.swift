/// For how long a session takes nothing from its client.
struct InputHold {
    private var start: ContinuousClock.Instant?

    /// - Parameters:
    ///   - isHeld: Whether the session takes nothing now.
    ///   - now: Asked for only when that has changed, as most appends change nothing.
    /// - Returns: How long it took nothing, when it goes on.
    mutating func update(isHeld: Bool, at now: @autoclosure () -> ContinuousClock.Instant) -> Duration? {
        guard isHeld else { return start.take().map { now() - $0 } }
        if start == nil { start = now() }
        return nil
    }
}
