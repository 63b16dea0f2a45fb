internal import NIOSSL

#if canImport(Glibc)
    import Glibc
#endif

/// How a client shows who it is, and how it learns who the server is.
public struct ServerAccess: Equatable, Sendable {
    /// A key, and what the person at the terminal gave it in.
    public struct Key: Equatable, Sendable {
        public var value: String
        /// Such as `--api-key`, to stand in an error.
        public var source: String

        public init(_ value: String, source: String) {
            self.value = value
            self.source = source
        }
    }

    /// For a server that asks for one.
    public var key: Key?
    /// Whether a certificate that proves nothing is taken too.
    public var isInsecure: Bool

    public init(key: Key? = nil, isInsecure: Bool = false) {
        self.key = key
        self.isInsecure = isInsecure
    }

    /// The key, which is fit for a header.
    var checkedKey: String? {
        get throws(StenoClientError) {
            guard let key else { return nil }
            let isFit = key.value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            guard isFit else { throw .invalidAPIKey(source: key.source) }
            return key.value
        }
    }

    /// Trusts the system's authorities, or those in the file that `SSL_CERT_FILE` names, as OpenSSL does.
    var tlsContext: NIOSSLContext {
        get throws {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.applicationProtocols = ["http/1.1"]
            if isInsecure { configuration.certificateVerification = .none }
            if let file = getenv("SSL_CERT_FILE") { configuration.trustRoots = .file(String(cString: file)) }
            do {
                return try NIOSSLContext(configuration: configuration)
            } catch {
                throw StenoClientError.unreadableFile(path: "the certificates in SSL_CERT_FILE", reason: "\(error)")
            }
        }
    }
}
