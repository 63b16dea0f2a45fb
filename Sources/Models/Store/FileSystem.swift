import Foundation

/// What is asked of the file system around a download.
enum FileSystem {
    /// Bytes of a regular file, or `nil` where there is none.
    static func size(path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Bytes that may still be written below a folder.
    static func free(folder: String) -> Int {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return .max }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// - Throws: `ModelError.diskFull` when fewer bytes than `needed` are free.
    static func reserve(_ needed: Int, in folder: String) throws(ModelError) {
        let free = free(folder: folder)
        if free < needed { throw .diskFull(folder: folder, needed: needed, free: free) }
    }

    static func isDirectory(path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    static func makeDirectory(path: String) throws(ModelError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw writeError(path: path, error)
        }
    }

    /// Removes a file or a folder; does nothing where there is none.
    static func remove(path: String) throws(ModelError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw writeError(path: path, error)
        }
    }

    /// Gives a folder its name; nobody ever sees half of it.
    static func rename(from old: String, to new: String) throws(ModelError) {
        guard Foundation.rename(old, new) == 0 else { throw .cannotWrite(path: new, reason: systemReason) }
    }

    /// The text of `errno`.
    static var systemReason: String { String(cString: strerror(errno)) }

    static func writeError(path: String, _ error: any Error) -> ModelError {
        if (error as? CocoaError)?.code == .fileWriteOutOfSpace {
            let folder = URL(filePath: path).deletingLastPathComponent().path
            return .diskFull(folder: folder, needed: 1, free: free(folder: folder))
        }
        guard let system = (error as? CocoaError)?.underlying as? POSIXError else {
            return .cannotWrite(path: path, reason: error.localizedDescription)
        }
        return .cannotWrite(path: path, reason: String(cString: strerror(system.code.rawValue)))
    }
}
