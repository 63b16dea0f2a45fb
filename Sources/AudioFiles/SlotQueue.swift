import DequeModule

/// The rule that gives at most `capacity` slots away at once, and lets a bounded number wait in the order they came.
///
/// A value with no lock and no effects: each step says whom to tell, and the caller of the step does it.
struct SlotQueue<Caller> {
    typealias Ticket = UInt64

    private var free: Int
    private let maximumWaiting: Int
    private var waiting = Deque<(ticket: Ticket, caller: Caller)>()

    /// - Parameter capacity: At least 1.
    init(capacity: Int, maximumWaiting: Int) {
        precondition(capacity >= 1, "A capacity of \(capacity) lets nobody proceed")
        free = capacity
        self.maximumWaiting = maximumWaiting
    }

    var waitingCount: Int { waiting.count }

    /// The answer to who comes; `nil` while he has to wait for it.
    mutating func arrive(_ ticket: Ticket, _ caller: Caller) -> SlotAnswer? {
        if free > 0 {
            free -= 1
            return .proceed
        }
        guard waiting.count < maximumWaiting else { return .full }
        waiting.append((ticket, caller))
        return nil
    }

    /// Hands a slot back; returns who has it next.
    mutating func leave() -> Caller? {
        if let next = waiting.popFirst() { return next.caller }
        free += 1
        return nil
    }

    /// Ends the wait of a ticket; returns whom to tell, or `nil` when it does not wait.
    mutating func withdraw(_ ticket: Ticket) -> Caller? {
        waiting.firstIndex { $0.ticket == ticket }.map { waiting.remove(at: $0).caller }
    }
}

/// What becomes of a wish for a slot.
enum SlotAnswer: Equatable, Sendable {
    case proceed
    /// As many as may wait do so already.
    case full
    case cancelled
}
