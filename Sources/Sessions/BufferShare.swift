import Audio
import Limits

/// What a session's buffered audio takes of the process's budget.
///
/// The first seconds are free: they are the same for every session, and `MAX_SESSIONS` bounds them. What counts is the
/// minutes that a client may append before it commits.
struct BufferShare {
    /// Samples that are not counted: 8 s.
    static let free = SampleClock.samples(milliseconds: 8_000)

    private let share: MemoryBudget.Share

    init(of budget: MemoryBudget) { share = budget.makeShare() }

    /// What so many samples count, in bytes.
    static func bytes(of samples: Int) -> Int { max(0, samples - free) * MemoryLayout<Int16>.stride }

    /// Takes room for so many samples that are about to be appended to others.
    ///
    /// - Returns: Whether there was room.
    func take(_ count: Int, after samples: Int) -> Bool {
        let more = Self.bytes(of: samples + count) - share.size
        return more <= 0 || share.grow(by: more)
    }

    /// Gives back what is more than the buffer holds now.
    func settle(samples: Int) {
        let less = share.size - Self.bytes(of: samples)
        if less > 0 { share.shrink(by: less) }
    }
}
