import HTTPTypes
import Hummingbird
import WebSocketTransport

/// Decides whether a request may go on, and whose it is.
struct Authenticator: Sendable {
    enum Verdict: Equatable {
        /// Nobody asks for a key here.
        case exempt
        case accepted(Client)
        case refused(Refusal)
    }

    enum Refusal: Equatable {
        case noKey
        case wrongKey
        /// A client secret that is unknown or expired, or presented where none counts.
        case uselessSecret
    }

    let keys: APIKeys
    let secrets: ClientSecrets

    /// Paths that answer without a key: probes, and what explains the server.
    private static let exempt: Set<[Substring]> = [["health"], ["ready"], ["openapi.json"], ["docs"]]

    func verdict(on request: Request) -> Verdict {
        // As the router reads it.
        let path = request.uri.path.split(separator: "/")
        let isReading = [.get, .head].contains(request.method) && !request.head.asksForWebSocket
        if Self.exempt.contains(path) || path.isEmpty && isReading {
            return .exempt
        }
        let key = PresentedKey.find(in: request.head)
        let secret =
            request.head.asksForWebSocket && RealtimePath.sockets.contains(path)
            ? key.flatMap { secrets.client(for: $0) } : nil
        if keys.isEmpty { return .accepted(secret ?? Client()) }
        guard let key else { return .refused(.noKey) }
        if let name = keys.name(of: key) { return .accepted(Client(name: name)) }
        if let secret { return .accepted(secret) }
        return .refused(key.hasPrefix(ClientSecrets.prefix) ? .uselessSecret : .wrongKey)
    }
}

/// Where OpenAI's realtime API stands.
///
/// Clients put different things before it, depending on what they take for the base of the address.
enum RealtimePath {
    /// What stands before `realtime`.
    static let prefixes: [[Substring]] = [["v1"], ["openai", "v1"], ["openai"], []]
    /// The paths of the WebSocket.
    static let sockets = Set(prefixes.map { $0 + ["realtime"] })
}

extension APIError {
    /// OpenAI's code for both a missing and a wrong key, with the challenge of RFC 9110 section 11.6.1.
    init(_ refusal: Authenticator.Refusal) {
        let message =
            switch refusal {
            case .noKey:
                "An API key is needed. Send it as the header 'Authorization: Bearer KEY' or 'api-key: KEY', or with a "
                    + "WebSocket as the subprotocol '\(PresentedKey.subprotocolPrefix)KEY'."
            case .wrongKey: "The API key is not one of this server's. Its operator sets them with API_KEYS."
            case .uselessSecret:
                "The client secret is unknown or has expired, or this is not a realtime WebSocket, which is all that a "
                    + "client secret opens. Make a new one with an API key."
            }
        self.init(.unauthorized, message, code: "invalid_api_key")
        headers[.wwwAuthenticate] = "Bearer"
    }
}
