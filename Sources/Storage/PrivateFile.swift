import FoundationEssentials
import Glibc

/// Files and folders that others on this machine may not read.
public enum PrivateFile {
    /// Makes an empty file where there is none, and its folder where it is missing.
    ///
    /// SQLite gives the files that it keeps beside a database the rights of that file.
    public static func make(at path: String) throws(FileFault) {
        try makeFolder(at: URL(filePath: path).deletingLastPathComponent().path)
        let file = try open(path)
        Glibc.close(file)
    }

    /// Makes a folder, and those above it, where they are missing.
    public static func makeFolder(at path: String) throws(FileFault) {
        var code = mkdir(path, 0o700) == 0 ? 0 : errno
        if code == ENOENT {
            try makeFolder(at: URL(filePath: path).deletingLastPathComponent().path)
            code = mkdir(path, 0o700) == 0 ? 0 : errno
        }
        guard code == 0 || code == EEXIST else { throw FileFault(code: code, path: path) }
    }

    /// Opens a file for reading and writing, which is made where it is missing.
    ///
    /// - Returns: Its descriptor, which is the caller's to close.
    public static func open(_ path: String) throws(FileFault) -> CInt {
        let file = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileFault(code: errno, path: path) }
        return file
    }
}

/// What the system says of a file or folder that cannot be used; `code` is an `errno`.
public struct FileFault: Error, Equatable, Sendable, CustomStringConvertible {
    public let code: CInt
    public let path: String

    public init(code: CInt, path: String) {
        self.code = code
        self.path = path
    }

    public var description: String { "\(path): \(String(cString: strerror(code)))" }
}
