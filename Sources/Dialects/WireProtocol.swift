public import Sessions

/// What a server has to know of a wire protocol before it has a connection.
public struct WireProtocol: Sendable {
    /// Where a client may put its API key.
    public enum KeyPlace: Hashable, Sendable {
        /// `Authorization: Bearer KEY` (RFC 6750 section 2.1).
        case bearer
        /// The password of `Authorization: Basic …`, behind this user name (RFC 7617).
        case basic(user: String)
        /// A header that holds nothing but the key; its name in lower case.
        case header(String)
        /// An entry of the list of subprotocols, behind this prefix: browsers can set no header.
        case subprotocol(prefix: String)
        /// A field of the query, for clients that can set no header.
        case query(String)
    }

    /// A client's request for a connection.
    public struct Opening: Sendable {
        /// The query's names and values, decoded.
        public var query: [(name: String, value: String)]
        public var offeredSubprotocols: [String]
        /// The values of a header by its name in lower case.
        public var header: @Sendable (String) -> [String]
        /// What was settled about the session before, when a client's key was made.
        public var update: SessionUpdate?

        public init(
            query: [(name: String, value: String)],
            offeredSubprotocols: [String],
            header: @escaping @Sendable (String) -> [String],
            update: SessionUpdate? = nil
        ) {
            self.query = query
            self.offeredSubprotocols = offeredSubprotocols
            self.header = header
            self.update = update
        }
    }

    /// What a session is to be.
    public struct Start: Sendable {
        public var settings: SessionSettings
        public var dialect: any Dialect

        public init(settings: SessionSettings, dialect: any Dialect) {
            self.settings = settings
            self.dialect = dialect
        }
    }

    /// Paths of its WebSocket, each beginning with a slash.
    public var paths: [String]
    /// Accepted when they are offered, the first of the client's that is one of them.
    public var subprotocols: [String]
    /// In the order in which they count: the first that has a key.
    public var keyPlaces: [KeyPlace]
    /// Whether a client secret opens it.
    public var takesClientSecrets: Bool
    /// Paths of its ordinary requests, which hold a key in the same places.
    public var requestPaths: [String] = []
    /// How a session of this protocol starts, given the server's own settings.
    public var start: @Sendable (Opening, SessionSettings) throws(ClientError) -> Start
}

extension WireProtocol {
    /// Every protocol that this server speaks over WebSockets.
    public static let all = [compact, openAIRealtime, assemblyAI]
}
