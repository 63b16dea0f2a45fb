import Synchronization

/// A bound on the memory that clients can make the process hold: bodies of requests, messages that arrive in parts,
/// audio that waits for its turn.
///
/// Each holder has a `Share`, grows it before it keeps more, and gives it back with its end.
public final class MemoryBudget: Sendable {
    /// Bytes that all shares may hold together.
    public let limit: Int
    private let held = Mutex(0)

    public init(limit: Int) { self.limit = limit }

    /// Bytes that the shares hold now.
    public var used: Int { held.withLock(\.self) }

    /// An empty share.
    public func makeShare() -> Share { Share(of: self) }

    private func take(_ bytes: Int) -> Bool {
        held.withLock { held in
            guard bytes <= limit - held else { return false }
            held += bytes
            return true
        }
    }

    private func add(_ bytes: Int) { held.withLock { $0 += bytes } }

    private func giveBack(_ bytes: Int) { held.withLock { $0 -= bytes } }

    /// What one holder has of the budget, given back with the share's end.
    public final class Share: Sendable {
        private let budget: MemoryBudget
        private let held = Mutex(0)

        fileprivate init(of budget: MemoryBudget) { self.budget = budget }

        deinit { budget.giveBack(held.withLock(\.self)) }

        /// Bytes that this share holds.
        public var size: Int { held.withLock(\.self) }

        /// Takes `bytes` more.
        ///
        /// - Returns: Whether there was room; if not, nothing was taken.
        public func grow(by bytes: Int) -> Bool {
            guard budget.take(bytes) else { return false }
            held.withLock { $0 += bytes }
            return true
        }

        /// Takes `bytes` more whether there is room or not: for copies of what the process holds already.
        public func add(_ bytes: Int) {
            budget.add(bytes)
            held.withLock { $0 += bytes }
        }

        /// Gives `bytes` back, or everything where that is less.
        public func shrink(by bytes: Int) {
            let given = held.withLock { held in
                let given = min(bytes, held)
                held -= given
                return given
            }
            budget.giveBack(given)
        }

        /// Gives everything back.
        public func clear() { shrink(by: .max) }
    }
}
