import Foundation
import Testing

@testable import Models

@Suite("Folders of models")
final class ModelStoreTests {
    private static let entry = CatalogueEntry(
        name: "own",
        task: .transcription,
        languages: ["en"],
        license: "MIT",
        page: "https://host",
        url: "https://host/own.tar",
        format: .tar
    )

    private let folder = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder + "/own", withIntermediateDirectories: true)
        try Data("abc".utf8).write(to: URL(filePath: folder + "/own/tokens.txt"))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func record() throws {
        let files = try ModelRecord.files(in: folder + "/own")
        try ModelRecord(entry: Self.entry, sha256: "0", files: files).write(into: folder + "/own")
    }

    @Test("Computes the SHA-256 of FIPS 180-4's example")
    func digest() throws {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try FileDigest.sha256(path: folder + "/own/tokens.txt") == expected)
    }

    @Test("Finds a model in the first folder that has it, and puts new ones into the first that can be written")
    func search() throws {
        let store = ModelStore(folders: ["/proc/none", folder])
        #expect(store.path(of: "own") == folder + "/own")
        #expect(store.path(of: "other") == nil)
        #expect(store.intendedPath(of: "other") == folder + "/other")
    }

    @Test("Is content with files as they came")
    func right() throws {
        try record()
        #expect(try ModelStore(folders: [folder]).verify(Self.entry) == [])
    }

    @Test("Tells files that have changed and files that are gone")
    func wrong() throws {
        try Data("gone".utf8).write(to: URL(filePath: folder + "/own/other"))
        try record()
        try FileManager.default.removeItem(atPath: folder + "/own/other")
        try Data("abd".utf8).write(to: URL(filePath: folder + "/own/tokens.txt"))
        let faults = try #require(try ModelStore(folders: [folder]).verify(Self.entry))
        #expect(faults.map(\.file) == [folder + "/own/other", folder + "/own/tokens.txt"])
        #expect(faults[0].problem == "is missing")
    }

    @Test("Knows nothing of files that were put there by hand, unless the catalogue does")
    func byHand() throws {
        let store = ModelStore(folders: [folder])
        #expect(try store.verify(Self.entry) == nil)
        var entry = Self.entry
        entry.files = [.init(name: "tokens.txt", sha256: "00")]
        #expect(try store.verify(entry)?.count == 1)
    }

    @Test("Believes the catalogue more than a record that lies beside the files")
    func catalogueFirst() throws {
        try record()
        var entry = Self.entry
        entry.files = [.init(name: "tokens.txt", sha256: "00")]
        #expect(try ModelStore(folders: [folder]).verify(entry)?.count == 1)
    }

    @Test("Removes a model and what is left of its download")
    func remove() throws {
        try Data("half".utf8).write(to: URL(filePath: folder + "/own.part"))
        let store = ModelStore(folders: [folder])
        #expect(try store.remove(Self.entry) == folder + "/own")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [".own.lock"])
        #expect(throws: ModelError.notInstalled(name: "own")) { try store.remove(Self.entry) }
    }

    private static let moonshineTokens = InstalledFiles.path("models/moonshine-tiny-en/tokens.txt")

    @Test(
        "Makes the tokens of Moonshine tiny of its tokenizer",
        .enabled(if: moonshineTokens != nil, "needs the model; ./entrypoint.sh setup fetches it")
    )
    func realTokenizer() throws {
        let path = try #require(Self.moonshineTokens)
        let tokens = try #require(FileManager.default.contents(atPath: path))
        let pieces = String(decoding: tokens, as: UTF8.self).split(separator: "\n").map { line in
            [UInt8](Data(base64Encoded: String(line.prefix { $0 != " " })) ?? Data())
        }
        // The tokenizer is not kept, but its SHA-256 is known. Its empty piece looks like that of a space.
        let table = pieces.enumerated().flatMap { number, piece -> [UInt8] in
            if number == 31_353 { return [0] }
            let head = piece.count < 128 ? [piece.count] : [piece.count % 128 + 128, piece.count / 128]
            return head.map(UInt8.init) + piece
        }
        try Data(table).write(to: URL(filePath: folder + "/tokenizer.bin"))
        let digest = try FileDigest.sha256(path: folder + "/tokenizer.bin")
        #expect(digest == "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d")
        #expect(MoonshineTokens.text(tokenizer: table) == String(decoding: tokens, as: UTF8.self))
    }
}
