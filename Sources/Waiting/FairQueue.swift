/// Who waits, of many owners, in an order that is fair to each.
///
/// Work that waits is finished in the order in which it would be if all owners that have any were served at once and
/// equally, so that one with little work passes one with much, and nobody waits for ever: no other owner gets more
/// than an owner's own waiting work, and one piece, before it. Source: S. J. Golestani, "A Self-Clocked Fair Queueing
/// Scheme for Broadband Applications", INFOCOM 1994. A value with no lock and no effects.
public struct FairQueue<Element> {
    public typealias Ticket = UInt64

    fileprivate struct Entry {
        var ticket: Ticket
        var element: Element
        /// When it would be finished, in work done for each owner.
        var finish: Int

        func comes(before other: Entry) -> Bool {
            if finish != other.finish { return finish < other.finish }
            return ticket < other.ticket
        }
    }

    private var entries: [Entry] = []
    /// The finish of the last element that was taken.
    private var clock = 0
    /// The finish of each owner's last element, where it lies ahead of the clock.
    private var finishes: [UInt64: Int] = [:]

    public init() {}

    /// Elements that wait.
    public var count: Int { entries.count }

    /// Adds an element behind those of the same owner.
    ///
    /// - Parameters:
    ///   - ticket: Its own number, which grows from element to element.
    ///   - owner: Whose it is; without one it is nobody else's.
    ///   - cost: How much work it is, at least 1.
    public mutating func append(_ element: Element, ticket: Ticket, owner: UInt64?, cost: Int) {
        let start = owner.flatMap { finishes[$0] } ?? clock
        let finish = max(start, clock) + max(cost, 1)
        if let owner { finishes[owner] = finish }
        entries.append(Entry(ticket: ticket, element: element, finish: finish))
    }

    /// Takes the element that is next.
    public mutating func popFirst() -> Element? {
        let next = entries.indices.min { entries[$0].comes(before: entries[$1]) }
        guard let next else { return nil }
        let entry = entries.remove(at: next)
        clock = max(clock, entry.finish)

        // With nobody waiting, nobody has had more than the others. Else only what lies ahead says something.
        if entries.isEmpty {
            clock = 0
            finishes = [:]
        } else if finishes.count > 2 * entries.count + 64 {
            finishes = finishes.filter { $0.value > clock }
        }

        return entry.element
    }

    /// Takes an element out; `nil` when it does not wait.
    public mutating func remove(_ ticket: Ticket) -> Element? {
        guard let index = entries.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        return entries.remove(at: index).element
    }
}

extension FairQueue: Sendable where Element: Sendable {}
extension FairQueue.Entry: Sendable where Element: Sendable {}
