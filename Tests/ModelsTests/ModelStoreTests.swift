import Foundation
import Testing

@testable import Models

@Suite("Folders of models")
struct ModelStoreTests {
    private static let entry = CatalogueEntry(
        name: "own",
        task: .transcription,
        languages: ["en"],
        license: "MIT",
        page: "https://host",
        url: "https://host/own.tar",
        format: .tar
    )

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "models-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder + "/own", withIntermediateDirectories: true)
        try Data("abc".utf8).write(to: URL(filePath: folder + "/own/tokens.txt"))
        try body(folder)
    }

    private static func record(_ folder: String) throws {
        let files = try ModelRecord.files(in: folder + "/own")
        try ModelRecord(entry: entry, sha256: "0", files: files).write(into: folder + "/own")
    }

    @Test("Computes the SHA-256 of FIPS 180-4's example")
    func digest() throws {
        try Self.withFolder { folder in
            let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            #expect(try FileDigest.sha256(path: folder + "/own/tokens.txt") == expected)
        }
    }

    @Test("Finds a model in the first folder that has it, and puts new ones into the first that can be written")
    func search() throws {
        try Self.withFolder { folder in
            let store = ModelStore(folders: ["/proc/none", folder])
            #expect(store.path(of: "own") == folder + "/own")
            #expect(store.path(of: "other") == nil)
            #expect(store.intendedPath(of: "other") == folder + "/other")
        }
    }

    @Test("Is content with files as they came")
    func right() throws {
        try Self.withFolder { folder in
            try Self.record(folder)
            #expect(try ModelStore(folders: [folder]).verify(Self.entry) == [])
        }
    }

    @Test("Tells files that have changed and files that are gone")
    func wrong() throws {
        try Self.withFolder { folder in
            try Data("gone".utf8).write(to: URL(filePath: folder + "/own/other"))
            try Self.record(folder)
            try FileManager.default.removeItem(atPath: folder + "/own/other")
            try Data("abd".utf8).write(to: URL(filePath: folder + "/own/tokens.txt"))
            let faults = try #require(try ModelStore(folders: [folder]).verify(Self.entry))
            #expect(faults.map(\.file) == [folder + "/own/other", folder + "/own/tokens.txt"])
            #expect(faults[0].problem == "is missing")
        }
    }

    @Test("Knows nothing of files that were put there by hand, unless the catalogue does")
    func byHand() throws {
        try Self.withFolder { folder in
            let store = ModelStore(folders: [folder])
            #expect(try store.verify(Self.entry) == nil)
            var entry = Self.entry
            entry.files = [.init(name: "tokens.txt", sha256: "00")]
            #expect(try store.verify(entry)?.count == 1)
        }
    }

    @Test("Believes the catalogue more than a record that lies beside the files")
    func catalogueFirst() throws {
        try Self.withFolder { folder in
            try Self.record(folder)
            var entry = Self.entry
            entry.files = [.init(name: "tokens.txt", sha256: "00")]
            #expect(try ModelStore(folders: [folder]).verify(entry)?.count == 1)
        }
    }

    @Test("Removes a model and what is left of its download")
    func remove() throws {
        try Self.withFolder { folder in
            try Data("half".utf8).write(to: URL(filePath: folder + "/own.part"))
            let store = ModelStore(folders: [folder])
            #expect(try store.remove(Self.entry) == folder + "/own")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [".own.lock"])
            #expect(throws: ModelError.notInstalled(name: "own")) { try store.remove(Self.entry) }
        }
    }

    @Test("Converts the tokenizer that Moonshine ships to the tokens that setup makes of it")
    func realTokenizer() throws {
        // Both are there after a pull of moonshine-tiny-en only; the tokens decode to the tokenizer again.
        let path = try #require(InstalledFiles.path("models"))
        guard let tokens = FileManager.default.contents(atPath: path + "/moonshine-tiny-en/tokens.txt") else { return }
        var table: [UInt8] = []
        for line in String(decoding: tokens, as: UTF8.self).split(separator: "\n") {
            var piece = [UInt8](Data(base64Encoded: String(line.prefix { $0 != " " })) ?? Data())
            if piece == [UInt8(ascii: " ")] { piece = [] }
            if piece.count >= 128 {
                table += [UInt8(piece.count % 128 + 128), UInt8(piece.count / 128)]
            } else {
                table.append(UInt8(piece.count))
            }
            table += piece
        }
        #expect(MoonshineTokens.text(tokenizer: table).map { Array($0.utf8) } == [UInt8](tokens))
    }
}
