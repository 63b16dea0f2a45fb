import Testing
import Transcription

@Suite("PocketSphinx model")
struct PocketSphinxModelTests {
    static let files = [
        "en-us/mdef", "en-us/feat.params", "en-us/means", "en-us/variances", "en-us/transition_matrices",
        "en-us/sendump", "en-us.lm.bin", "cmudict-en-us.dict",
    ]

    @Test("Finds the files in a folder")
    func complete() throws {
        let folder = try TemporaryModel()
        defer { folder.remove() }
        let model = try PocketSphinxModel(folder: folder.path)
        #expect(model.acousticModel == folder.path + "/en-us")
        #expect(model.languageModel == folder.path + "/en-us.lm.bin")
        #expect(model.dictionary == folder.path + "/cmudict-en-us.dict")
    }

    @Test("Names a missing file and the package that has it", arguments: files)
    func missing(name: String) throws {
        let folder = try TemporaryModel()
        defer { folder.remove() }
        try folder.delete(name)
        let error = #expect(throws: PocketSphinxError.unreadableFile(folder.path + "/" + name)) {
            try PocketSphinxModel(folder: folder.path)
        }
        let line = error?.description ?? ""
        #expect(line.contains(folder.path + "/" + name) && line.contains("pocketsphinx-en-us"))
        #expect(!line.contains("\n"))
    }

    @Test("Refuses a folder in place of a file", arguments: files)
    func folderInstead(name: String) throws {
        let folder = try TemporaryModel()
        defer { folder.remove() }
        try folder.delete(name)
        try folder.makeFolder(name)
        #expect(throws: PocketSphinxError.unreadableFile(folder.path + "/" + name)) {
            try PocketSphinxModel(folder: folder.path)
        }
    }
}
