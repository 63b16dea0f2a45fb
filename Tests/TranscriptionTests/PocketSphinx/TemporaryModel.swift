import Foundation
import Transcription

/// A folder of links to the installed model, whose files a test may change.
struct TemporaryModel {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "sphinx-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path + "/en-us", withIntermediateDirectories: true)
        let installed = PocketSphinxModel.defaultFolder
        for name in ["en-us.lm.bin", "cmudict-en-us.dict"] { try link(name, in: installed) }
        for name in try FileManager.default.contentsOfDirectory(atPath: installed + "/en-us") {
            try link("en-us/" + name, in: installed)
        }
    }

    func overwrite(_ name: String, with text: String) throws {
        try delete(name)
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    func delete(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: false)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }

    private func link(_ name: String, in installed: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path + "/" + name,
            withDestinationPath: installed + "/" + name
        )
    }
}
