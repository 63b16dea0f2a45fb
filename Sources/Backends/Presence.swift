/// Who has asked lately, and how many places each has.
struct Presence: Sendable {
    /// Parties beyond which those that are long gone are forgotten.
    private static let most = 1_024

    private var seen: [Party: Duration] = [:]
    private(set) var held: [Party: Int] = [:]
    private(set) var heldByKey: [String?: Int] = [:]

    mutating func note(_ party: Party, at now: Duration) {
        seen[party] = now
        if seen.count > Self.most { seen = seen.filter { now - $0.value < .seconds(60) || held[$0.key] != nil } }
    }

    mutating func hold(_ party: Party) {
        held[party, default: 0] += 1
        heldByKey[party.key, default: 0] += 1
    }

    mutating func release(_ party: Party) {
        held[party, default: 1] -= 1
        if held[party] == 0 { held[party] = nil }
        heldByKey[party.key, default: 1] -= 1
        if heldByKey[party.key] == 0 { heldByKey[party.key] = nil }
    }

    /// Parties, and keys, that have asked since a moment or have a place.
    func present(since moment: Duration) -> (parties: Int, keys: Int) {
        let present = Set(seen.lazy.filter { $0.value >= moment }.map(\.key)).union(held.keys)
        return (present.count, Set(present.map(\.key)).count)
    }
}

/// How many places one party may have while others are there: some are kept free for those who come next.
struct Shares {
    private let perParty: Int
    private let perKey: Int

    /// - Parameters:
    ///   - places: Of the members that serve.
    ///   - parties: Sessions that are there, and `keys` those whose they are.
    init(places: Int, parties: Int, keys: Int) {
        func share(_ count: Int) -> Int { max(places - min(max(count - 1, 0), (places + 1) / 2), 1) }
        perParty = share(parties)
        perKey = share(keys)
    }

    func allow(_ party: Party, _ presence: Presence) -> Bool {
        (presence.held[party] ?? 0) < perParty && (presence.heldByKey[party.key] ?? 0) < perKey
    }
}

extension BackendPool {
    func shares(at now: Duration) -> Shares {
        let well = members.filter { $0.isWell(at: now) }
        let tier = well.map(\.terms.tier).min()
        let places = well.filter { $0.terms.tier == tier }.map(\.limit).reduce(0, +)
        let present = presence.present(since: now - rules.presence)
        return Shares(places: max(places, 1), parties: present.parties, keys: present.keys)
    }
}
