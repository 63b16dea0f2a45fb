public import BackendHTTP
internal import JSON

extension ChatCompletionsModel {
    /// Where the server is and how it is asked.
    public struct Configuration: BackendConfiguration {
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
    case access(BackendAccess.Problem)
    case badExtra(reason: String)
    case notPositive

    public var description: String {
        switch self {
        case .access(let problem): problem.description
        case .badExtra(let reason): "The extra fields are not a JSON object: \(reason)"
        case .notPositive: "A time limit must be above 0"
        }
    }
}

extension ChatCompletionsModel.Configuration {
    /// The server's host: what of its address may be shown, since the rest can hold secrets.
    public var host: String { (try? access())?.host ?? "" }

    /// Its host and port, by which servers can be told apart.
    public var authority: String { (try? access())?.authority ?? "" }

    /// Throws the first reason not to use it; the initializer of ``ChatCompletionsModel`` would throw the same.
    public func validate() throws(ChatConfigurationError) {
        guard min(firstTokenTimeout, idleTimeout, connectTimeout) > .zero else { throw .notPositive }
        _ = try access()
        _ = try extraMembers()
    }

    /// The address of the service itself, and its key.
    func access() throws(ChatConfigurationError) -> BackendAccess {
        do throws(BackendAccess.Problem) {
            return try BackendAccess(baseURL: baseURL, apiKey: apiKey, service: "/chat/completions")
        } catch {
            throw .access(error)
        }
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
}
