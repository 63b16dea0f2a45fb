import NIOCore
import NIOSSL

/// A certificate and its private key, in two PEM files.
public struct CertificateFiles: Equatable, Sendable {
    /// The server's own certificate first, then those between it and the authority.
    public var certificate: String
    /// Without a passphrase.
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// Reads both files as they are now, and checks that they belong together.
    func load() throws(CertificateError) -> LoadedCertificate {
        let chain = try chain()
        guard let own = chain.first else { throw .notCertificate }
        let key = try privateKey()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]

        // How long a connection stays open for the peer's own end of TLS.
        configuration.shutdownTimeout = .seconds(1)
        do {
            return LoadedCertificate(
                context: try NIOSSLContext(configuration: configuration),
                expiry: Int(own.notValidAfter)
            )
        } catch {
            throw .mismatch
        }
    }

    private func chain() throws(CertificateError) -> [NIOSSLCertificate] {
        let bytes: [UInt8]
        do throws(PEMFile.Unreadable) {
            bytes = try PEMFile(path: certificate).bytes
        } catch {
            throw .unreadableCertificate(errno: error.errno)
        }

        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw .notCertificate
        }
    }

    private func privateKey() throws(CertificateError) -> NIOSSLPrivateKey {
        let bytes: [UInt8]
        do throws(PEMFile.Unreadable) {
            bytes = try PEMFile(path: key).bytes
        } catch {
            throw .unreadableKey(errno: error.errno)
        }

        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw .notKey
        }
    }
}

/// What the files held when they were read.
struct LoadedCertificate: Sendable {
    var context: NIOSSLContext
    /// When the server's own certificate expires, in seconds since 1970.
    var expiry: Int
}
