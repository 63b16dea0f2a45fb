import Dialects
import HTTPTypes
import Hummingbird
import Synchronization
import WebSocketTransport

/// Decides whether a request may go on, and whose it is.
final class Authenticator: Sendable {
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

    private let currentKeys: Mutex<APIKeys>
    let secrets: ClientSecrets
    /// The protocols by the parts of their paths.
    private let sockets: [[Substring]: WireProtocol]
    /// Where a key may stand on paths that belong to a protocol besides its WebSocket.
    private let requestPlaces: [[Substring]: [WireProtocol.KeyPlace]]

    /// - Parameter protocols: Those of the WebSockets, which may have a place of their own for a key.
    init(keys: APIKeys, secrets: ClientSecrets, protocols: [WireProtocol] = WireProtocol.all) {
        currentKeys = Mutex(keys)
        self.secrets = secrets
        let paths = protocols.flatMap { wire in wire.paths.map { ($0.split(separator: "/"), wire) } }
        sockets = Dictionary(uniqueKeysWithValues: paths)
        var others = protocols.flatMap { wire in wire.requestPaths.map { ($0.split(separator: "/"), wire.keyPlaces) } }
        others += WatsonRoutes.paths.map { ($0.split(separator: "/"), WatsonRoutes.keyPlaces) }
        requestPlaces = Dictionary(uniqueKeysWithValues: others)
    }

    /// The keys that count now.
    var keys: APIKeys { currentKeys.withLock(\.self) }

    /// Makes other keys count; secrets of keys that are gone or have changed go with them.
    ///
    /// - Returns: What differs.
    func replaceKeys(by new: APIKeys) -> APIKeys.Change {
        let change = currentKeys.withLock { keys in
            defer { keys = new }
            return APIKeys.Change(from: keys, to: new)
        }
        let gone = Set(change.removed + change.changed)
        // Without a name are those that were made while the server was open.
        secrets.remove { client in client.name.map(gone.contains) ?? !new.isEmpty }
        return change
    }

    /// Paths that answer without one of the keys: probes, what explains the server, and metrics and
    /// administration, which have their own.
    private static let exempt: Set<[Substring]> = [
        ["health"], ["ready"], ["openapi.json"], ["docs"], ["metrics"], ["admin", "backends"],
    ]

    /// What the page at `/` loads, which asks for a key itself.
    private static let console = Set(ConsoleFile.parts.map { ["console", Substring($0.name)] })

    func verdict(on request: Request) -> Verdict {
        // As the router reads it.
        let path = request.uri.path.split(separator: "/")
        let isReading = [.get, .head].contains(request.method) && !request.head.asksForWebSocket

        // What is below /admin asks for the key of the metrics itself.
        if Self.exempt.contains(path) || path.first == "admin" { return .exempt }
        if isReading && (path.isEmpty || Self.console.contains(path)) {
            return .exempt
        }
        let wire = request.head.asksForWebSocket ? sockets[path] : nil
        let places = wire.map(\.keyPlaces) ?? requestPlaces[path, default: PresentedKey.places]
        let key = PresentedKey.find(in: request.head, at: places)
        var secret: Client?
        if let wire, wire.takesClientSecrets, let key { secret = secrets.client(for: key) }
        let keys = keys
        if keys.isEmpty { return .accepted(secret ?? Client()) }
        guard let key else { return .refused(.noKey) }
        if let name = keys.name(of: key) { return .accepted(Client(name: name)) }
        if let secret { return .accepted(secret) }
        return .refused(key.hasPrefix(ClientSecrets.prefix) ? .uselessSecret : .wrongKey)
    }
}

extension APIError {
    /// OpenAI's code for both a missing and a wrong key, with the challenge of RFC 9110 section 11.6.1.
    init(_ refusal: Authenticator.Refusal) {
        let message =
            switch refusal {
            case .noKey:
                "An API key is needed. Send it as the header 'Authorization: Bearer KEY' or 'api-key: KEY', or with a "
                    + "WebSocket as the subprotocol '\(WireProtocol.browserKeyPrefix)KEY'."
            case .wrongKey: "The API key is not one of this server's. Its operator sets them with API_KEYS."
            case .uselessSecret:
                "The client secret is unknown or has expired, or this is not a realtime WebSocket, which is all that a "
                    + "client secret opens. Make a new one with an API key."
            }
        self.init(.unauthorized, message, code: "invalid_api_key")
        headers[.wwwAuthenticate] = "Bearer"
    }
}
