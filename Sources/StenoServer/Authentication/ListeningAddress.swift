import Glibc
import NIOCore

/// What an address to listen on says about who can reach it.
enum ListeningAddress {
    /// Whether only this machine reaches it: 127.0.0.0/8, `::1` or `localhost` (RFC 6890, RFC 6761 section 6.3).
    static func isLoopback(_ host: String) -> Bool {
        switch try? SocketAddress(ipAddress: host, port: 0) {
        case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { $0.first == 127 }
        case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { $0.elementsEqual(loopback6) }
        case .unixDomainSocket, nil: host.lowercased() == "localhost"
        }
    }

    private static let loopback6: [UInt8] = Array(repeating: 0, count: 15) + [1]
}
