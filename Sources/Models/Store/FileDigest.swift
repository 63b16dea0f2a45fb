import CCrypto
import Foundation

/// SHA-256 (FIPS 180-4) of files that need not fit into memory.
enum FileDigest {
    /// In lower-case hexadecimal.
    static func sha256(path: String) throws(ModelError) -> String {
        guard let file = FileHandle(forReadingAtPath: path), let context = EVP_MD_CTX_new() else {
            throw .cannotWrite(path: path, reason: "it cannot be read")
        }

        defer {
            EVP_MD_CTX_free(context)
            try? file.close()
        }

        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256.")

        do {
            while let block = try file.read(upToCount: 1 << 20), !block.isEmpty {
                block.withUnsafeBytes { bytes in _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }
            }
        } catch {
            throw .cannotWrite(path: path, reason: "it cannot be read")
        }

        var digest = [UInt8](repeating: 0, count: 32)
        precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "libcrypto cannot compute SHA-256.")
        return digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
