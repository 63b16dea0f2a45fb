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
        /// The ticket ends the wait early.
        case wait(Ticket)
        case ready(Engine)
        /// The engine has failed.
        case refused
    }

    private(set) var phase = Phase.loading
    private var seats = Deque<(ticket: Ticket, caller: Caller)>()
    private var lastTicket: Ticket = 0

    var count: Int { seats.count }

    mutating func enter(_ caller: Caller) -> Admission {
        switch phase {
        case .ready(let engine): return .ready(engine)
        case .failed: return .refused
        case .loading:
            lastTicket += 1
            seats.append((lastTicket, caller))
            return .wait(lastTicket)
        }
    }

    /// Takes out who waits; returns whom to tell.
    mutating func leave(_ ticket: Ticket) -> Caller? {
        seats.firstIndex { $0.ticket == ticket }.map { seats.remove(at: $0).caller }
    }

    /// Ends the loading and empties the room; returns everyone in it in the order they came.
    mutating func end(_ phase: Phase) -> [Caller] {
        self.phase = phase
        defer { seats = [] }
        return seats.map(\.caller)
    }
}
