/// What decides that a turn is over; `auto` is Smart Turn where its model is there.
public enum EndOfTurnChoice: String, CaseIterable, Sendable {
    case auto
    /// The length of the silence alone.
    case vad
    /// Smart Turn, asked in every pause.
    case smart
}
