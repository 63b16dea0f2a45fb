import HTTPTypes
import Hummingbird
import NIOCore

/// Who may read the metrics: who has `METRICS_KEY`; without one, who asks from this machine.
struct MetricsAccess: Sendable {
    private let key: SecretHash?

    init(key: String?) { self.key = key.map { SecretHash($0) } }

    /// - Parameter address: Whose connection it is.
    func check(_ request: HTTPRequest, from address: SocketAddress?) throws(APIError) {
        guard let key else {
            if Self.isLocal(request, address: address) { return }
            throw APIError(
                .forbidden,
                "Metrics are for this machine only, unless the server's operator sets METRICS_KEY.",
                code: "metrics_key_not_set"
            )
        }

        if let presented = PresentedKey.find(in: request, at: PresentedKey.places), SecretHash(presented) == key {
            return
        }
        throw APIError(
            .unauthorized,
            "Metrics need the server's METRICS_KEY, as the header 'Authorization: Bearer KEY'.",
            code: "invalid_api_key",
            headers: [.wwwAuthenticate: "Bearer"]
        )
    }

    /// Whether it comes from this machine, and not through a proxy on it.
    private static func isLocal(_ request: HTTPRequest, address: SocketAddress?) -> Bool {
        let proxied = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
        guard let host = address?.ipAddress, ListeningAddress.isLoopback(host.replacing("::ffff:", with: "")) else {
            return false
        }
        return !request.headerFields.contains { proxied.contains($0.name.canonicalName) }
    }
}
