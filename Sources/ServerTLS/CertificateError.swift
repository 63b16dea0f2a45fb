#if canImport(Glibc)
    import Glibc
#endif

/// Why a pair of files cannot be used.
public enum CertificateError: Error, Equatable, CustomStringConvertible {
    /// With the system's error number.
    case unreadableCertificate(errno: Int32)
    case unreadableKey(errno: Int32)
    case notCertificate
    case notKey
    /// Each file is what it should be, but the key is another certificate's.
    case mismatch

    /// Whether it is the file of the key that is to be looked at.
    public var isAboutKey: Bool {
        switch self {
        case .unreadableCertificate, .notCertificate: false
        case .unreadableKey, .notKey, .mismatch: true
        }
    }

    /// A sentence without its subject, the file or the setting that names it.
    public var description: String {
        switch self {
        case .unreadableCertificate(let code), .unreadableKey(let code):
            "names a file that cannot be read: \(Self.words(for: code))."
        case .notCertificate:
            "names a file without a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----."
        case .notKey:
            "names a file without a private key in PEM that needs no passphrase; it begins with -----BEGIN and ends "
                + "its first line with PRIVATE KEY-----."
        case .mismatch: "names a key that does not fit the certificate; give the two files that were made together."
        }
    }

    private static func words(for code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
