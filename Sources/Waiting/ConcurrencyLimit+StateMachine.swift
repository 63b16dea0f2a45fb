extension ConcurrencyLimit {
    /// The rule that lets at most `limit` proceed at once, and a bounded number wait in an order that is fair.
    ///
    /// A value with no lock and no effects: each step says whom to tell, and the caller of the step does it.
    struct StateMachine<Caller> {
        typealias Ticket = UInt64

        /// What becomes of who comes.
        enum Arrival: Equatable {
            case proceed
            /// The ticket ends the wait early.
            case wait(Ticket)
            /// As many as may wait do so already.
            case full
        }

        private let limit: Int
        /// How many proceed now.
        private(set) var active = 0
        private let maximumWaiting: Int
        private var waiting = FairQueue<Caller>()
        private var lastTicket: Ticket = 0

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
        mutating func arrive(_ caller: Caller, owner: UInt64? = nil, cost: Int = 1) -> Arrival {
            if active < limit {
                active += 1
                return .proceed
            }
            guard waiting.count < maximumWaiting else { return .full }
            lastTicket += 1
            waiting.append(caller, ticket: lastTicket, owner: owner, cost: cost)
            return .wait(lastTicket)
        }

        /// Ends the work of one; returns who proceeds next.
        mutating func leave() -> Caller? {
            active -= 1
            guard let next = waiting.popFirst() else { return nil }
            active += 1
            return next
        }

        /// Ends the wait of a ticket; returns whom to tell, or `nil` when it does not wait.
        mutating func withdraw(_ ticket: Ticket) -> Caller? {
            waiting.remove(ticket)
        }
    }
}
