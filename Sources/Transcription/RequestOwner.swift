import Synchronization

/// Whose a request is: a session's, or a file's.
///
/// Engines serve owners equally.
public struct RequestOwner: Hashable, Sendable {
    private static let made = Atomic<UInt64>(0)

    let number: UInt64

    /// An owner unlike every other.
    public init() { number = Self.made.add(1, ordering: .relaxed).newValue }
}
