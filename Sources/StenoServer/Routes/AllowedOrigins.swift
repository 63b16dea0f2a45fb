/// The sites whose pages may use the server, besides those that the server itself sends.
struct AllowedOrigins: Equatable, Sendable {
    private var names: Set<String> = []

    private static let all = "*"
    /// What a browser sends for a page without an address, such as a file or a sandboxed frame.
    private static let opaque = "null"

    /// None.
    init() {}

    /// Reads a list with commas: origins as `https://example.org`, `null`, or `*` for everything.
    init(parsing list: String) throws(InvalidEntry) {
        for entry in list.split(separator: ",") {
            let name = entry.trimmingBlanks.lowercased()
            let origin = name.hasSuffix("/") ? String(name.dropLast()) : name
            guard !name.isEmpty else { continue }
            guard [Self.all, Self.opaque].contains(origin) || WebOrigin(origin) != nil else {
                throw InvalidEntry(entry: String(entry.trimmingBlanks))
            }
            names.insert(origin)
        }
    }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ origin: String) -> Bool { names.contains(Self.all) || names.contains(origin.lowercased()) }

    struct InvalidEntry: Error, Equatable, CustomStringConvertible {
        var entry: String

        var description: String {
            "has '\(entry)'; an origin is a scheme and a host without a path, such as https://example.org, or 'null' "
                + "or '*'."
        }
    }
}

/// An origin that has a host (RFC 6454 section 6.2).
struct WebOrigin: Equatable {
    var scheme: Substring
    /// The host, with its port unless that is the scheme's own.
    var authority: Substring

    private static let defaultPorts: [Substring: Substring] = ["http": ":80", "https": ":443"]

    /// - Parameter text: In small letters.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        scheme = text[..<colon]
        authority = Self.withoutDefaultPort(text[colon...].dropFirst("://".count), scheme: scheme)
        guard !scheme.isEmpty, !authority.isEmpty, !authority.contains(where: { "/?# \t@".contains($0) }) else {
            return nil
        }
    }

    /// Whether a page of this origin was sent by the server that a request for `host` comes to.
    ///
    /// Both schemes count: behind a proxy the page came with TLS.
    func isOrigin(of host: String) -> Bool {
        guard Self.defaultPorts[scheme] != nil else { return false }
        return authority == Self.withoutDefaultPort(Substring(host.lowercased()), scheme: scheme)
    }

    private static func withoutDefaultPort(_ authority: Substring, scheme: Substring) -> Substring {
        guard let port = defaultPorts[scheme], authority.hasSuffix(port) else { return authority }
        return authority.dropLast(port.count)
    }
}
