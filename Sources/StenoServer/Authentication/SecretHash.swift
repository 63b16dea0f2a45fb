import CCrypto

/// The SHA-256 of a secret (FIPS 180-4): all that is kept of it.
///
/// Comparing two takes the same time wherever they differ.
struct SecretHash: Hashable, Sendable {
    private(set) var bytes = SIMD32<UInt8>()

    init(_ secret: some StringProtocol) {
        let secret = Array(secret.utf8)
        let digest = withUnsafeMutableBytes(of: &bytes) { bytes in
            SHA256(secret, secret.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        // A hash that was not made would be equal to every other one.
        precondition(digest != nil, "libcrypto cannot compute SHA-256.")
    }

    static func == (a: SecretHash, b: SecretHash) -> Bool {
        withUnsafeBytes(of: a.bytes) { a in
            withUnsafeBytes(of: b.bytes) { b in CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0 }
        }
    }
}
