import Foundation

/// What a pull put into a model's folder, kept there as `steno-model.json`.
struct ModelRecord: Codable, Equatable {
    struct File: Codable, Equatable {
        /// Its path within the folder.
        var name: String
        var size: Int
        var sha256: String
    }

    static let fileName = "steno-model.json"

    var name: String
    var url: String
    /// Of the archive.
    var sha256: String
    /// In the order of their names.
    var files: [File]

    /// Reads every file of a folder.
    static func files(in folder: String) throws(ModelError) -> [File] {
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder) else {
            throw .cannotWrite(path: folder, reason: "it cannot be read")
        }
        var files: [File] = []
        for name in names.sorted() where name != fileName {
            let path = folder + "/" + name
            guard let size = FileSystem.size(path: path) else { continue }
            files.append(File(name: name, size: size, sha256: try FileDigest.sha256(path: path)))
        }
        return files
    }

    /// The record in a model's folder, if it has one that can be read.
    init?(folder: String) {
        guard let data = FileManager.default.contents(atPath: folder + "/" + Self.fileName),
            let record = try? JSONDecoder().decode(ModelRecord.self, from: data)
        else { return nil }
        self = record
    }

    init(entry: CatalogueEntry, sha256: String, files: [File]) {
        name = entry.name
        url = entry.url
        self.sha256 = sha256
        self.files = files
    }

    func write(into folder: String) throws(ModelError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let path = folder + "/" + Self.fileName
        do {
            try encoder.encode(self).write(to: URL(filePath: path))
        } catch {
            throw FileSystem.writeError(path: path, error)
        }
    }
}
