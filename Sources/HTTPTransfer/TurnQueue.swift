internal import DequeModule

/// The rule that lets at most `limit` proceed at once, the others in the order they came.
struct TurnQueue<ID: Equatable> {
    let limit: Int
    private(set) var active = 0
    private(set) var waiting: Deque<ID> = []

    /// - Parameter limit: At least 1.
    init(limit: Int) {
        precondition(limit >= 1, "A limit of \(limit) lets nobody proceed")
        self.limit = limit
    }

    /// Whether `id` may proceed now; if not it waits.
    mutating func arrive(_ id: ID) -> Bool {
        guard active < limit else {
            waiting.append(id)
            return false
        }
        active += 1
        return true
    }

    /// Ends one turn and returns who has the next.
    mutating func leave() -> ID? {
        guard let next = waiting.popFirst() else {
            active -= 1
            return nil
        }
        return next
    }

    /// Whether `id` was still waiting; it waits no more.
    mutating func withdraw(_ id: ID) -> Bool {
        guard let index = waiting.firstIndex(of: id) else { return false }
        waiting.remove(at: index)
        return true
    }
}
