/// Whose turn it is among flows, so that each gets the same share of work.
///
/// Deficit round robin (M. Shreedhar and G. Varghese, SIGCOMM 1995) as FQ-CoDel has it (RFC 8290 section 4.2): a flow
/// that has just come goes before those that have been waiting all along, until it has had its quantum, so that one
/// with little work hardly waits for one with much. What a piece of work costs is charged when it is taken.
struct DeficitRound<Flow: Hashable & Sendable>: Sendable {
    /// What a flow has for its turn.
    enum Supply {
        case none
        /// Something that cannot be taken now.
        case blocked
        case ready
    }

    private let quantum: Int
    private var fresh: [Flow] = []
    private var old: [Flow] = []
    private var credit: [Flow: Int] = [:]

    /// - Parameter quantum: What a flow may take before the next one's turn, in units of work.
    init(quantum: Int) { self.quantum = quantum }

    /// Flows that are known; some may have nothing any more.
    var count: Int { credit.count }

    func knows(_ flow: Flow) -> Bool { credit[flow] != nil }

    /// Takes note that a flow has something.
    mutating func add(_ flow: Flow) {
        guard credit[flow] == nil else { return }
        credit[flow] = quantum
        fresh.append(flow)
    }

    /// The flow whose turn it is, of those that have something which can be taken.
    mutating func next(_ supply: (Flow) -> Supply) -> Flow? {
        if let flow = nextFresh(supply) { return flow }
        old.removeAll { flow in
            guard case .none = supply(flow) else { return false }
            credit[flow] = nil
            return true
        }
        let ready = old.filter { if case .ready = supply($0) { true } else { false } }
        guard !ready.isEmpty else { return nil }

        // As many rounds at once as the flow that is nearest to its turn needs.
        let debt = ready.map { max(0, 1 - (credit[$0] ?? 0)) }.min() ?? 0
        let rounds = (debt + quantum - 1) / quantum
        if rounds > 0 { for flow in ready { credit[flow, default: 0] += rounds * quantum } }
        return ready.first { (credit[$0] ?? 0) > 0 }
    }

    /// Charges a flow for what was taken, and sends it to the end of the line once it has used up its share.
    mutating func charge(_ flow: Flow, _ cost: Int) {
        credit[flow, default: 0] -= cost
        guard (credit[flow] ?? 0) <= 0 else { return }
        fresh.removeAll { $0 == flow }
        old.removeAll { $0 == flow }
        old.append(flow)
    }

    private mutating func nextFresh(_ supply: (Flow) -> Supply) -> Flow? {
        while let index = fresh.firstIndex(where: { if case .blocked = supply($0) { false } else { true } }) {
            let flow = fresh[index]
            if case .ready = supply(flow) { return flow }
            // It keeps its place among the old ones, so that nobody gains by coming and going.
            fresh.remove(at: index)
            old.append(flow)
        }
        return nil
    }
}
