/// What becomes of a transcript that the guard rejects.
public enum GuardMode: String, CaseIterable, Sendable {
    /// It becomes empty.
    case drop
    /// It stays and says why it was rejected, for archives.
    case mark
    /// Nothing is rejected.
    case off
}
