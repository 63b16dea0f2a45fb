import Foundation

/// The folders in which models lie, each in a folder of its name.
public struct ModelStore: Equatable, Sendable {
    /// In the order in which they are searched; the first that can be written takes what is fetched.
    public let folders: [String]

    init(folders: [String]) { self.folders = folders }

    /// - Parameter directory: The only folder, if an operator chose one. Otherwise `models` of the installation (see
    ///   `InstalledFiles`) and then `~/.cache/steno/models`.
    public init(directory: String?) {
        if let directory {
            folders = [URL(filePath: directory).path]
        } else {
            let cache = FileManager.default.homeDirectoryForCurrentUser.path + "/.cache/steno/models"
            folders = [InstalledFiles.path("models"), cache].compactMap(\.self)
        }
    }

    /// The folder of a model, or `nil` where it is not there.
    public func path(of name: String) -> String? {
        folders.map { "\($0)/\(name)" }.first(where: FileSystem.isDirectory(path:))
    }

    /// Where a model would be put, whether or not that can be written.
    public func intendedPath(of name: String) -> String {
        let folder = try? writableFolder()
        return "\(folder ?? folders[0])/\(name)"
    }

    /// The first folder that can be written; makes it if it must.
    ///
    /// - Throws: `ModelError.noFolder`.
    func writableFolder() throws(ModelError) -> String {
        for folder in folders {
            if (try? FileSystem.makeDirectory(path: folder)) != nil, access(folder, W_OK | X_OK) == 0 { return folder }
        }
        throw .noFolder(path: folders[folders.count - 1])
    }

    /// A file that is not as it was when it came.
    public struct Fault: Equatable, Sendable, CustomStringConvertible {
        public var file: String
        public var problem: String

        public var description: String { "\(file) \(problem)" }
    }

    /// Compares the files of a model with the record that its pull left, or with the catalogue where it came otherwise.
    ///
    /// - Returns: What is wrong, or `nil` where nothing is known that they could be compared with.
    /// - Throws: `ModelError.notInstalled`.
    public func verify(_ entry: CatalogueEntry) throws(ModelError) -> [Fault]? {
        guard let folder = path(of: entry.name) else { throw .notInstalled(name: entry.name) }

        var expected: [(name: String, sha256: String)] = []
        if let record = ModelRecord(folder: folder) { expected = record.files.map { ($0.name, $0.sha256) } }

        // The catalogue's word counts for more than the record's, which lies beside the files.
        for file in entry.files ?? [] {
            guard let sha256 = file.sha256 else { continue }
            expected.removeAll { $0.name == file.name }
            expected.append((file.name, sha256))
        }

        if expected.isEmpty { return nil }

        var faults: [Fault] = []
        for (name, sha256) in expected {
            let path = folder + "/" + name
            guard FileSystem.size(path: path) != nil else {
                faults.append(Fault(file: path, problem: "is missing"))
                continue
            }
            let got = try FileDigest.sha256(path: path)
            if got != sha256 { faults.append(Fault(file: path, problem: "has SHA-256 \(got) instead of \(sha256)")) }
        }

        return faults
    }

    /// Removes a model and what is left of a pull that did not end.
    ///
    /// - Returns: The folder that is gone.
    /// - Throws: `ModelError.notInstalled` when there is neither.
    public func remove(_ entry: CatalogueEntry) throws(ModelError) -> String {
        let places = folders.map { PullPlaces(folder: $0, name: entry.name) }
        let found = places.first { FileSystem.isDirectory(path: $0.model) || FileSystem.size(path: $0.partial) != nil }
        guard let found else { throw .notInstalled(name: entry.name) }
        let lock = try FileLock(path: found.lock) { _ in }
        defer { lock.unlock() }

        // First under another name, so that no reader finds half of it.
        try FileSystem.remove(path: found.unpacking)
        if FileSystem.isDirectory(path: found.model) {
            try FileSystem.rename(from: found.model, to: found.unpacking)
            try FileSystem.remove(path: found.unpacking)
        }

        try FileSystem.remove(path: found.partial)
        return found.model
    }
}
