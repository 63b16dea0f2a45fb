import NIOCore

/// What an address to listen on says about who can reach it.
enum ListeningAddress {
    /// Whether only this machine reaches it: 127.0.0.0/8, `::1` or `localhost` (RFC 6890, RFC 6761 section 6.3).
    static func isLoopback(_ host: String) -> Bool {
        guard let address = try? SocketAddress(ipAddress: host, port: 0), let canonical = address.ipAddress else {
            return host.lowercased() == "localhost"
        }
        return canonical.hasPrefix("127.") || canonical == "::1"
    }
}
