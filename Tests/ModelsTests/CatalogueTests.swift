import Foundation
import Testing

@testable import Models

@Suite("Catalogue of models")
struct CatalogueTests {
    private static func catalogue(_ fields: String) throws -> ModelCatalogue {
        let common = #""task": "transcription", "languages": ["en"], "license": "MIT", "page": "https://a""#
        return try ModelCatalogue(json: Array(#"{"models": [{\#(common), \#(fields)}]}"#.utf8), source: "test")
    }

    @Test("Has the models that Steno is meant to run, each once")
    func builtIn() throws {
        let names = try ModelCatalogue.builtIn().entries.map(\.name)
        #expect(Set(names).count == names.count)
        for name in [
            "moonshine-tiny-en", "whisper-turbo", "parakeet-tdt-0.6b-v3", "sense-voice-small", "smart-turn-v3.2",
        ] {
            #expect(names.contains(name))
        }
    }

    @Test("Has whole SHA-256 in lower case, and fetches over TLS only")
    func digests() throws {
        for entry in try ModelCatalogue.builtIn().entries {
            #expect(entry.url.hasPrefix("https://"))
            let digests = [entry.sha256] + (entry.files ?? []).map(\.sha256)
            for digest in digests.compactMap(\.self) {
                #expect(digest.count == 64 && digest.allSatisfy { "0123456789abcdef".contains($0) })
            }
        }
    }

    @Test(
        "Suggests the nearest name",
        arguments: [("whisper-tinny", "whisper-tiny"), ("Moonshine-tiny", "moonshine-tiny-en")]
    )
    func nearest(name: String, expected: String) throws {
        #expect(throws: ModelError.unknown(name: name, nearest: expected)) {
            try ModelCatalogue.builtIn().entry(named: name)
        }
    }

    @Test("Suggests nothing for a name that is like none")
    func far() throws {
        #expect(throws: ModelError.unknown(name: "xyz", nearest: nil)) {
            try ModelCatalogue.builtIn().entry(named: "xyz")
        }
    }

    @Test("Counts edits", arguments: [("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0), ("ab", "ba", 2)])
    func distance(a: String, b: String, expected: Int) {
        #expect(NearestName.distance(Array(a), Array(b)) == expected)
    }

    @Test(
        "Refuses names that would leave the folder of models, and archives that cannot be unpacked",
        arguments: [
            #""name": "../up", "url": "https://a/b", "format": "tar""#,
            #""name": ".hidden", "url": "https://a/b", "format": "tar""#,
            #""name": "a", "url": "file:///etc/passwd", "format": "tar""#,
            #""name": "a", "url": "https://a/b", "format": "zip""#,
            #""name": "a", "url": "https://a/b", "format": "rar""#,
            #""name": "a", "url": "https://a/b", "format": "zip", "files": [{"name": "../x", "member": "x"}]"#,
            #""name": "a", "format": "tar""#,
        ]
    )
    func refuses(fields: String) {
        #expect { try Self.catalogue(fields) } throws: { error in
            guard case ModelError.badCatalogue = error else { return false }
            return true
        }
    }

    @Test("Lets a file of one's own add a model and replace another")
    func ownFile() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "catalogue-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: path) }
        let entry = #""task": "transcription", "languages": ["de"], "license": "MIT", "page": "p", "format": "tar""#
        let own = #"{"name": "own", "url": "http://a/1", \#(entry)}"#
        let other = #"{"name": "whisper-tiny", "url": "http://a/2", \#(entry)}"#
        let text = #"{"models": [\#(own), \#(other)]}"#
        try Data(text.utf8).write(to: path)

        var catalogue = try ModelCatalogue.builtIn()
        let count = catalogue.entries.count
        try catalogue.add(file: path.path)
        #expect(catalogue.entries.count == count + 1)
        #expect(try catalogue.entry(named: "own").onlyLanguage == "de")
        #expect(try catalogue.entry(named: "whisper-tiny").url == "http://a/2")
    }

    @Test("Lists a dash for what is not known, and says what is not pinned")
    func table() throws {
        let entry = try Self.catalogue(#""name": "a", "url": "https://host/b", "format": "tar""#).entries[0]
        let lines = ModelTable(rows: [(entry, nil)], source: ModelSource()).lines
        #expect(lines.count == 2)
        let expected = ["a", "transcription", "en", "-", "MIT", "-", "-", "unpinned", "host", "-"]
        #expect(lines[1].split(separator: " ").map(String.init) == expected)
    }
}
