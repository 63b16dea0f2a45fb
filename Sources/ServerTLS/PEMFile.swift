#if canImport(Glibc)
    import Glibc
#endif

/// The bytes of a file of certificates or of a key.
struct PEMFile {
    let bytes: [UInt8]

    struct Unreadable: Error {
        var errno: Int32
    }

    /// More than any chain of certificates has: what is larger is some other file.
    private static let maximumSize = 1 << 20

    init(path: String) throws(Unreadable) {
        guard let file = fopen(path, "rbe") else { throw Unreadable(errno: errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumSize)
        let count = fread(&bytes, 1, bytes.count, file)
        // Such as a folder.
        if ferror(file) != 0 { throw Unreadable(errno: errno) }
        self.bytes = Array(bytes[..<count])
    }
}
