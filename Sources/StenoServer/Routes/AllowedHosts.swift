/// The names under which the server may be asked for.
///
/// A page can have its own name resolve to this machine, and is then of the same origin as a server here. A server that
/// only this machine reaches therefore answers to names of this machine only.
struct AllowedHosts: Equatable, Sendable {
    /// Besides the names of this machine; `nil` when every name will do.
    private var names: Set<String>?

    /// - Parameters:
    ///   - address: What the server listens on.
    ///   - list: Names with commas, or `*` for all; `nil` when the operator gave none.
    init(listeningOn address: String, list: String?) throws(InvalidEntry) {
        guard let list else {
            names = ListeningAddress.isLoopback(address) ? [] : nil
            return
        }
        let entries = list.split(separator: ",").map { $0.trimmingBlanks.lowercased() }.filter { !$0.isEmpty }
        guard !entries.contains("*") else { return }
        for entry in entries where Self.name(in: entry) != entry || entry.contains(where: { "/ \t@".contains($0) }) {
            throw InvalidEntry(entry: entry)
        }
        names = Set(entries)
    }

    /// - Parameter authority: The value of a request's `Host`.
    func contains(_ authority: String) -> Bool {
        guard let names else { return true }
        let name = Self.name(in: authority)
        return names.contains(name) || ListeningAddress.isLoopback(name) || name.hasSuffix(".localhost")
    }

    /// In small letters, without the port, the brackets of IPv6 and the dot of the root.
    private static func name(in authority: String) -> String {
        let authority = authority.lowercased()
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
        let name = authority.prefix { $0 != ":" }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }

    struct InvalidEntry: Error, Equatable, CustomStringConvertible {
        var entry: String

        var description: String { "has '\(entry)'; a host is a name without a scheme and a port, such as example.org." }
    }
}
