import Synchronization

/// Whose a request is: a session's, or a file's.
///
/// Engines serve owners equally.
public struct RequestOwner: Hashable, Sendable {
    private static let made = Atomic<UInt64>(0)

    let number: UInt64
    /// The name of the key that it came with; `nil` without one.
    let key: String?

    /// An owner unlike every other.
    ///
    /// - Parameter key: The name of its key; keys are served equally, and then the owners of each.
    public init(key: String? = nil) {
        self.key = key
        number = Self.made.add(1, ordering: .relaxed).newValue
    }
}
