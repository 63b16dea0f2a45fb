public import Logging
public import NIOCore
import NIOSSL
import Synchronization

/// TLS for the connections of a server, with a certificate that can be replaced while it runs.
///
/// A connection keeps the certificate that was in use when it came.
public final class ServerTLS: Sendable {
    private let files: CertificateFiles
    private let handshakeTimeout: Duration
    private let refusal: @Sendable () -> ByteBuffer
    private let loaded: Mutex<LoadedCertificate>

    /// Reads the certificate.
    ///
    /// - Parameters:
    ///   - handshakeTimeout: How long a client may take for its handshake.
    ///   - refusal: The body, in JSON, of the answer to a request without TLS.
    public init(
        files: CertificateFiles,
        handshakeTimeout: Duration,
        refusal: @escaping @Sendable () -> ByteBuffer
    ) throws(CertificateError) {
        self.files = files
        self.handshakeTimeout = handshakeTimeout
        self.refusal = refusal
        loaded = Mutex(try files.load())
    }

    /// When the certificate in use expires, in seconds since 1970.
    public var expiry: Int { loaded.withLock { $0.expiry } }

    /// Reads both files again, for the connections to come.
    ///
    /// - Throws: `CertificateError` when they cannot be used; then the certificate in use stays.
    public func reload() throws(CertificateError) {
        let new = try files.load()
        loaded.withLock { $0 = new }
    }

    /// Adds TLS to a new connection, in front of what is added later.
    public func add(to channel: any Channel, logger: Logger) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(PlainRequestHandler(body: refusal))
        try pipeline.addHandler(NIOSSLServerHandler(context: loaded.withLock { $0.context }))
        try pipeline.addHandler(TLSWatchHandler(handshakeTimeout: handshakeTimeout, logger: logger))
    }
}
