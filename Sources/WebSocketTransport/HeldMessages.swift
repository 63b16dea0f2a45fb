import Limits
import NIOCore

/// The messages that have been read while the endpoint wanted none.
///
/// They are bounded, and counted in the process's budget. The limit may be passed by one message, whatever its size.
struct HeldMessages {
    /// A message and what it takes of the budget while it is held and handled.
    struct Item {
        var message: WebSocketMessage
        var share: MemoryBudget.Share?
    }

    /// What waits, when that is long.
    struct Backlog: Equatable {
        var waited: Duration
        var bytes: Int
    }

    private struct Held {
        var item: Item
        var weight: Int
        /// What the queue's own share has for it.
        var counted: Int
        var since: ContinuousClock.Instant
    }

    /// What a message takes beside its bytes.
    static let overhead = 256
    /// What any connection may hold without asking the budget.
    static let free = 1 << 16

    private let limit: Int
    private let patience: Duration
    private let budget: MemoryBudget
    private var share: MemoryBudget.Share?
    private var items = CircularBuffer<Held>(initialCapacity: 0)
    private var bytes = 0
    /// Whether the budget had no room for the last message.
    private var isOverBudget = false
    private var lastReport: ContinuousClock.Instant?

    init(_ configuration: WebSocketConfiguration, budget: MemoryBudget) {
        limit = configuration.maxHeldBytes
        patience = configuration.backlogWarning
        self.budget = budget
    }

    var isEmpty: Bool { items.isEmpty }

    /// Whether the peer must not be read until some messages have been taken.
    var isFull: Bool { bytes >= limit || isOverBudget }

    /// - Returns: What waits, when that is long and was not told within the last minute.
    mutating func add(_ item: Item, at now: ContinuousClock.Instant) -> Backlog? {
        let weight = item.message.payload.readableBytes + Self.overhead
        bytes += weight
        var counted = 0

        // A message that came in parts has a share of its own already.
        if item.share == nil, bytes > Self.free {
            let share = share ?? budget.makeShare()
            self.share = share
            if share.grow(by: weight) { counted = weight } else { isOverBudget = true }
        }

        items.append(Held(item: item, weight: weight, counted: counted, since: now))
        return backlog(at: now)
    }

    /// The first message; `nil` when there is none.
    mutating func take() -> Item? {
        guard let held = items.popFirst() else { return nil }
        bytes -= held.weight
        share?.shrink(by: held.counted)
        isOverBudget = false
        if items.isEmpty {
            // Gives the memory back.
            items = CircularBuffer(initialCapacity: 0)
            share = nil
        }
        return held.item
    }

    mutating func removeAll() {
        items = CircularBuffer(initialCapacity: 0)
        (bytes, isOverBudget, share) = (0, false, nil)
    }

    private mutating func backlog(at now: ContinuousClock.Instant) -> Backlog? {
        guard let first = items.first, now - first.since >= patience else { return nil }
        if let lastReport, now - lastReport < .seconds(60) { return nil }
        lastReport = now
        return Backlog(waited: now - first.since, bytes: bytes)
    }
}
