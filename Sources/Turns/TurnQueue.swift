/// The rule that lets at most `limit` proceed at once, and a bounded number wait in an order that is fair.
///
/// A value with no lock and no effects: each step says whom to tell, and the caller of the step does it.
struct TurnQueue<Caller> {
    typealias Ticket = UInt64

    /// What becomes of who comes.
    enum Answer: Equatable {
        case proceed
        case wait
        /// As many as may wait do so already.
        case full
    }

    private(set) var limit: Int
    /// How many proceed now; more than `limit` for a while after it was lowered.
    private(set) var active = 0
    private let maximumWaiting: Int
    private var waiting = FairQueue<Caller>()

    /// - Parameter limit: At least 1.
    init(limit: Int, maximumWaiting: Int) {
        precondition(limit >= 1, "A limit of \(limit) lets nobody proceed")
        self.limit = limit
        self.maximumWaiting = maximumWaiting
    }

    var waitingCount: Int { waiting.count }

    /// - Parameters:
    ///   - owner: Whose it is; without one it is nobody else's.
    ///   - cost: How much work it is.
    mutating func arrive(_ ticket: Ticket, _ caller: Caller, owner: UInt64? = nil, cost: Int = 1) -> Answer {
        if active < limit {
            active += 1
            return .proceed
        }
        guard waiting.count < maximumWaiting else { return .full }
        waiting.append(caller, ticket: ticket, owner: owner, cost: cost)
        return .wait
    }

    /// Ends a turn; returns who has it next.
    mutating func leave() -> Caller? {
        active -= 1
        return admit()
    }

    /// Changes the limit, which is at least 1; returns who proceeds by it.
    ///
    /// Nobody who proceeds already is held back.
    mutating func setLimit(_ limit: Int) -> [Caller] {
        precondition(limit >= 1, "A limit of \(limit) lets nobody proceed")
        self.limit = limit
        var admitted: [Caller] = []
        while let next = admit() { admitted.append(next) }
        return admitted
    }

    /// Ends the wait of a ticket; returns whom to tell, or `nil` when it does not wait.
    mutating func withdraw(_ ticket: Ticket) -> Caller? {
        waiting.remove(ticket)
    }

    private mutating func admit() -> Caller? {
        guard active < limit, let next = waiting.popFirst() else { return nil }
        active += 1
        return next
    }
}
