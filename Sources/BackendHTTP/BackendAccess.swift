public import HTTPTransfer

/// Where a backend's service is, and the key that opens it.
public struct BackendAccess: Equatable, Sendable {
    /// Why there is none.
    public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// The address, without a user name or password.
        case badBaseURL(String)
        case badAPIKey

        public var description: String {
            switch self {
            case .badBaseURL(let url):
                "Base URL \"\(url)\" is not an http or https address with a host; one like https://api.openai.com/v1 is needed"
            case .badAPIKey: "The API key has a control character in it; check how it was copied"
            }
        }
    }

    public let endpoint: TransferURL
    /// Sent as a bearer token, without white space around it; `nil` sends none.
    public let key: String?

    /// - Parameters:
    ///   - baseURL: An address up to and including the version. Its query is kept.
    ///   - apiKey: `nil` or only white space for none.
    ///   - service: The path of the service below that, such as `/chat/completions`.
    ///   - others: Further ends of a path that make an address that of a service, which is used as it is.
    public init(
        baseURL: String,
        apiKey: String?,
        service: String,
        others: [String] = []
    ) throws(Problem) {
        endpoint = try Self.endpoint(baseURL, service: service, others: others)
        key = try Self.key(apiKey)
    }

    private static func endpoint(
        _ baseURL: String,
        service: String,
        others: [String]
    ) throws(Problem) -> TransferURL {
        do {
            let base = try TransferURL(trimmed(baseURL))
            let path = String(base.path.reversed().drop { $0 == "/" }.reversed())
            let isWhole = ([service] + others).contains { path.hasSuffix($0) }
            return try base.withPath(isWhole ? path : path + service)
        } catch {
            throw .badBaseURL(String(baseURL.split(separator: "@", omittingEmptySubsequences: false).last ?? ""))
        }
    }

    private static func key(_ apiKey: String?) throws(Problem) -> String? {
        guard let key = apiKey.map({ trimmed($0) }), !key.isEmpty else { return nil }
        guard !key.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { throw .badAPIKey }
        return key
    }

    /// The backend's host: what of its address may be shown, since the rest can hold secrets.
    public var host: String { endpoint.host }

    /// Its host and port, by which backends can be told apart.
    public var authority: String {
        let scheme = endpoint.text.hasPrefix("https://") ? "https://" : "http://"
        let rest = endpoint.text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        return String(rest.split(separator: "@").last ?? "")
    }

    /// What opens it, as a header.
    public var headers: [TransferRequest.Header] { key.map { [.init("Authorization", "Bearer \($0)")] } ?? [] }

    /// A backend's own words for the log: without the key, which some backends quote, on one line and not too long.
    public func redacted(_ text: String) -> String {
        var text = text
        if let key { text = text.replacing(key, with: "[redacted]") }
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(300))
    }
}
