/// Whose a request is: one of the sessions of a key.
public struct Party: Hashable, Sendable {
    /// The name of the key; `nil` for those without one, who are one party together.
    public var key: String?
    public var session: UInt64

    public init(key: String? = nil, session: UInt64) {
        self.key = key
        self.session = session
    }
}

/// What waits for a backend, in an order that is fair to keys, and within a key to its sessions.
struct DeficitQueue: Sendable {
    typealias Ticket = UInt64

    private struct Entry {
        var ticket: Ticket
        var cost: Int
    }

    private let quantum: Int
    private var keys: DeficitRound<String?>
    private var sessions: [String?: DeficitRound<UInt64>] = [:]
    private var lines: [Party: [Entry]] = [:]
    private var parties: [Ticket: Party] = [:]

    /// - Parameter quantum: What a party may take before it is the next one's turn, in the unit of costs.
    init(quantum: Int) {
        self.quantum = quantum
        keys = DeficitRound(quantum: quantum)
    }

    var count: Int { parties.count }
    var isEmpty: Bool { parties.isEmpty }
    var tickets: some Collection<Ticket> { parties.keys }
    /// Parties of which something waits.
    var waitingParties: some Collection<Party> { lines.keys }

    mutating func append(_ ticket: Ticket, of party: Party, cost: Int) {
        parties[ticket] = party
        lines[party, default: []].append(Entry(ticket: ticket, cost: max(cost, 1)))
        keys.add(party.key)
        sessions[party.key, default: DeficitRound(quantum: quantum)].add(party.session)
    }

    /// Takes the next request of those that can be served now; each party's own are taken in order.
    mutating func next(where canTake: (Ticket, Party) -> Bool) -> Ticket? {
        let lines = lines
        func supply(_ party: Party) -> DeficitRound<UInt64>.Supply {
            guard let first = lines[party]?.first else { return .none }
            return canTake(first.ticket, party) ? .ready : .blocked
        }

        var states: [String?: DeficitRound<String?>.Supply] = [:]
        for party in lines.keys {
            if case .ready = states[party.key] { continue }
            if case .ready = supply(party) { states[party.key] = .ready } else { states[party.key] = .blocked }
        }

        guard let key = keys.next({ states[$0] ?? .none }) else { return nil }
        let session = sessions[key]?.next { supply(Party(key: key, session: $0)) }
        guard let session else { return nil }
        return take(firstOf: Party(key: key, session: session))
    }

    /// Takes a request out; returns whether it waited.
    mutating func remove(_ ticket: Ticket) -> Bool {
        guard let party = parties.removeValue(forKey: ticket) else { return false }
        lines[party]?.removeAll { $0.ticket == ticket }
        if lines[party]?.isEmpty == true { lines[party] = nil }
        forgetWhenEmpty()
        return true
    }

    private mutating func take(firstOf party: Party) -> Ticket? {
        guard let entry = lines[party]?.removeFirst() else { return nil }
        if lines[party]?.isEmpty == true { lines[party] = nil }
        parties[entry.ticket] = nil
        keys.charge(party.key, entry.cost)
        sessions[party.key]?.charge(party.session, entry.cost)
        if sessions.count > keys.count + 64 { sessions = sessions.filter { keys.knows($0.key) } }
        forgetWhenEmpty()
        return entry.ticket
    }

    /// With nobody waiting, nobody has had more than the others.
    private mutating func forgetWhenEmpty() {
        guard parties.isEmpty else { return }
        keys = DeficitRound(quantum: quantum)
        sessions = [:]
    }
}
