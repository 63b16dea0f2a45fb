import Foundation
import HTTPTypes
import Logging
import NIOCore
import ServerTLS
import Settings

/// Makes what encrypts the server's ports, where a certificate is set.
enum TLSFactory {
    /// - Returns: `nil` where the server is to speak HTTP.
    /// - Throws: `SettingsError` for the setting whose file cannot be used, or that is missing beside the other.
    static func make(settings: ServerSettings) throws(SettingsError) -> ServerTLS? {
        guard let files = try files(settings.tls) else { return nil }
        do throws(CertificateError) {
            return try ServerTLS(files: files, handshakeTimeout: settings.requestTimeout) {
                ByteBuffer(bytes: APIError.tlsRequired.json)
            }
        } catch {
            throw SettingsError(path(of: error), problem: error.description)
        }
    }

    private static func files(_ settings: TLSSettings) throws(SettingsError) -> CertificateFiles? {
        switch (settings.certificate, settings.key) {
        case (nil, nil): nil
        case (let certificate?, let key?): CertificateFiles(certificate: certificate, key: key)
        case (_?, nil): throw SettingsError(\.tls.certificate, problem: "needs TLS_KEY, the file of its private key.")
        case (nil, _?): throw SettingsError(\.tls.key, problem: "needs TLS_CERT, the file of its certificate.")
        }
    }

    private static func path(of error: CertificateError) -> PartialKeyPath<ServerSettings> {
        error.isAboutKey ? \.tls.key : \.tls.certificate
    }
}

extension APIError {
    /// What a client is told that speaks HTTP where TLS is spoken.
    static let tlsRequired = APIError(
        .badRequest,
        "This port speaks TLS only. Use https:// or wss:// in the address instead of http:// or ws://.",
        code: "tls_required"
    )
}

/// When a certificate expires, for the log.
struct TLSExpiry: CustomStringConvertible {
    let date: Date

    init(_ tls: ServerTLS) { date = Date(timeIntervalSince1970: Double(tls.expiry)) }

    var description: String { date.formatted(.iso8601) }

    /// Warns of a certificate that no client will trust.
    func warn(logger: Logger) {
        guard date < .now else { return }
        let message = "The certificate of TLS_CERT has expired. Put a new one in its place and send SIGHUP."
        logger.warning("\(message)", metadata: ["steno.tls.expires": "\(self)"])
    }
}
