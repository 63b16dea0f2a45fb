/// The address of a WebSocket endpoint (RFC 6455 section 3).
public struct ServerURL: Equatable, Sendable, CustomStringConvertible {
    /// A name or an address, IPv6 without brackets.
    public let host: String
    public let port: Int
    /// Whether the connection is encrypted.
    public let usesTLS: Bool
    /// Path and query, as they stand in the request line.
    public internal(set) var target: String
    /// The address as it was given.
    public let description: String

    /// Reads `ws://host[:port][/path][?query]`, or the same with `wss`, `http` or `https`.
    ///
    /// An IPv6 host stands in brackets. The port is 80 when left out, with TLS 443.
    public init(_ text: String) throws(StenoClientError) {
        func invalid(_ reason: String) -> StenoClientError { .invalidURL(printable(text), reason: reason) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw invalid("it has a blank or a character beyond ASCII")
        }
        let expected = "it does not begin with ws:// or wss://"
        guard let scheme = text.firstRange(of: "://") else { throw invalid(expected) }
        switch text[..<scheme.lowerBound].lowercased() {
        case "ws", "http": usesTLS = false
        case "wss", "https": usesTLS = true
        default: throw invalid(expected)
        }

        guard !text.contains("#") else { throw invalid("a fragment (#) is not allowed") }
        let rest = text[scheme.upperBound...]
        let split = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let (authority, path) = (rest[..<split], rest[split...])
        guard !authority.contains("@") else { throw invalid("a user name is not supported") }
        guard let (host, port) = Self.parse(authority) else { throw invalid("its host or port is not valid") }
        self.host = host
        self.port = port ?? Self.defaultPort(usesTLS: usesTLS)
        target = path.hasPrefix("/") ? String(path) : "/" + path
        description = text
    }

    /// The value of the `Host` header.
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == Self.defaultPort(usesTLS: usesTLS) ? name : "\(name):\(port)"
    }

    private static func defaultPort(usesTLS: Bool) -> Int { usesTLS ? 443 : 80 }

    /// The address with the setting that spares the client its own audio back, unless it already says.
    var withoutAudio: ServerURL {
        var url = self
        url.target = targetWithoutAudio
        return url
    }

    private var targetWithoutAudio: String {
        guard let query = target.firstIndex(of: "?") else { return target + "?include_audio=false" }
        let fields = target[query...].dropFirst().split(separator: "&")
        if fields.contains(where: { $0 == "include_audio" || $0.hasPrefix("include_audio=") }) { return target }
        return target + (fields.isEmpty ? "" : "&") + "include_audio=false"
    }

    /// The address with more fields in its query, which must have one.
    func adding(_ fields: String) -> ServerURL {
        var url = self
        url.target += "&" + fields
        return url
    }

    /// The same server's address of something else.
    func asking(for target: String) -> ServerURL {
        var url = self
        url.target = target
        return url
    }

    private static func parse(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[..<end].dropFirst()
            let rest = authority[end...].dropFirst()
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[colon...].dropFirst()
        }

        guard !host.isEmpty else { return nil }
        guard let port else { return (String(host), nil) }
        guard port.allSatisfy(\.isNumber), let number = Int(port), (1...65_535).contains(number) else { return nil }
        return (String(host), number)
    }
}
