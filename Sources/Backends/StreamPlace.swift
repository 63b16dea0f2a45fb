import Synchronization

/// The place with a member that a streamed answer holds until it has ended.
///
/// Letting go of it gives the place up, as after an answer that nobody wants any more.
public final class StreamPlace: Sendable {
    private let onEnd: Mutex<(@Sendable (Setback?) -> Void)?>

    init(onEnd: @escaping @Sendable (Setback?) -> Void) { self.onEnd = Mutex(onEnd) }

    deinit { end(.abandoned) }

    /// Takes note of how the answer ended; only the first call counts.
    ///
    /// - Parameter setback: What broke it off; `nil` when it is whole.
    public func end(_ setback: Setback? = nil) {
        let end = onEnd.withLock { $0.take() }
        end?(setback)
    }
}
