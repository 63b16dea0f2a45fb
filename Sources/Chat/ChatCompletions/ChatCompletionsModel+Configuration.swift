internal import HTTPTransfer
internal import JSON

extension ChatCompletionsModel {
    /// Where the server is and how it is asked.
    public struct Configuration: Equatable, Sendable {
        /// An address up to and including the version, such as `https://api.openai.com/v1`.
        ///
        /// An address that ends in `/chat/completions` is used as it is. A query is kept.
        public var baseURL: String
        /// Sent as a bearer token; `nil` or only white space sends none.
        public var apiKey: String?
        /// `nil` leaves the choice to the server.
        public var model: String?
        /// A JSON object whose members go into every request, before all others; null takes one away.
        public var extra: String?
        /// From the moment a request is sent to the first part of its reply.
        public var firstTokenTimeout: Duration
        /// Between two parts of a reply.
        public var idleTimeout: Duration
        /// For name resolution, TCP and TLS together.
        public var connectTimeout: Duration
        /// Bytes of one reply with all that is around it.
        var responseLimit = 16 << 20

        public init(
            baseURL: String,
            apiKey: String? = nil,
            model: String? = nil,
            extra: String? = nil,
            firstTokenTimeout: Duration = .seconds(15),
            idleTimeout: Duration = .seconds(10),
            connectTimeout: Duration = .seconds(2)
        ) {
            self.baseURL = baseURL
            self.apiKey = apiKey
            self.model = model
            self.extra = extra
            self.firstTokenTimeout = firstTokenTimeout
            self.idleTimeout = idleTimeout
            self.connectTimeout = connectTimeout
        }
    }
}

/// Why a language model's server cannot be used as configured.
public enum ChatConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address, without a user name or password.
    case badBaseURL(String)
    case badAPIKey
    case badExtra(reason: String)
    case notPositive

    public var description: String {
        switch self {
        case .badBaseURL(let url):
            "Base URL \"\(url)\" is not an http or https address with a host; one like http://127.0.0.1:11434/v1 is needed"
        case .badAPIKey: "The API key has a control character in it; check how it was copied"
        case .badExtra(let reason): "The extra fields are not a JSON object: \(reason)"
        case .notPositive: "A time limit must be above 0"
        }
    }
}

extension ChatCompletionsModel.Configuration {
    /// The server's host: what of its address may be shown, since the rest can hold secrets.
    public var host: String { (try? endpoint())?.host ?? "" }

    /// Throws the first reason not to use it; the initializer of ``ChatCompletionsModel`` would throw the same.
    public func validate() throws(ChatConfigurationError) {
        guard min(firstTokenTimeout, idleTimeout, connectTimeout) > .zero else { throw .notPositive }
        _ = try endpoint()
        _ = try key()
        _ = try extraMembers()
    }

    /// The address of the service itself.
    func endpoint() throws(ChatConfigurationError) -> TransferURL {
        do {
            let base = try TransferURL(Self.trimmed(baseURL))
            let path = String(base.path.reversed().drop { $0 == "/" }.reversed())
            return try base.withPath(path.hasSuffix("/chat/completions") ? path : path + "/chat/completions")
        } catch {
            throw .badBaseURL(String(baseURL.split(separator: "@", omittingEmptySubsequences: false).last ?? ""))
        }
    }

    /// The key without white space around it.
    func key() throws(ChatConfigurationError) -> String? {
        guard let key = apiKey.map(Self.trimmed), !key.isEmpty else { return nil }
        guard !key.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { throw .badAPIKey }
        return key
    }

    func extraMembers() throws(ChatConfigurationError) -> [String: JSONValue] {
        guard let extra else { return [:] }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: Array(extra.utf8).span)
        } catch {
            throw .badExtra(reason: "\(error)")
        }
        guard case .object(let members) = value else { throw .badExtra(reason: "\(JSONError.notAnObject)") }
        return members
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
