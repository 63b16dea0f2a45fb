import DequeModule

/// Who waits for an engine that is not there yet.
///
/// A value with no lock and no effects: each step says whom to tell, and the caller of the step does it.
struct WaitingRoom<Engine: Sendable, Caller: Sendable>: Sendable {
    typealias Ticket = UInt64

    enum Phase: Sendable {
        case loading
        case ready(Engine)
        case failed(reason: String)
    }

    enum Admission: Sendable {
        case wait
        case ready(Engine)
        /// The engine has failed, or the ticket was handed back before its owner came in.
        case refused
    }

    private(set) var phase = Phase.loading
    private var seats = Deque<(ticket: Ticket, caller: Caller)>()
    /// Tickets whose owners have not come in yet.
    private var expected: Set<Ticket> = []
    private var lastTicket: Ticket = 0

    var count: Int { seats.count }

    mutating func makeTicket() -> Ticket {
        lastTicket += 1
        expected.insert(lastTicket)
        return lastTicket
    }

    /// Comes in with a ticket; each ticket does so exactly once.
    mutating func enter(_ ticket: Ticket, _ caller: Caller) -> Admission {
        guard expected.remove(ticket) != nil else { return .refused }
        switch phase {
        case .ready(let engine): return .ready(engine)
        case .failed: return .refused
        case .loading:
            seats.append((ticket, caller))
            return .wait
        }
    }

    /// Hands a ticket back, whether its owner has come in or not; returns whom to tell.
    mutating func leave(_ ticket: Ticket) -> Caller? {
        expected.remove(ticket)
        return seats.firstIndex { $0.ticket == ticket }.map { seats.remove(at: $0).caller }
    }

    /// Ends the loading and empties the room; returns everyone in it in the order they came.
    mutating func end(_ phase: Phase) -> [Caller] {
        self.phase = phase
        defer { seats = [] }
        return seats.map(\.caller)
    }
}
