import Foundation
import Testing

@testable import Settings

@Suite("Documents of the settings")
struct SettingsDocumentTests {
    private static func file(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test(".env.example is what `steno settings --env` prints")
    func environmentExample() throws {
        #expect(try Self.file(".env.example") == SettingsDocument.environmentFile)
    }

    @Test("docs/settings.md is what `steno settings --markdown` prints")
    func markdown() throws {
        #expect(try Self.file("docs/settings.md") == SettingsDocument.markdown)
    }

    @Test("The defaults that are shown are those that count", arguments: [[:], ["OPENAI_API_KEY": "key"]])
    func defaults(chosen: [String: String]) throws {
        let shown = EnvironmentFile(
            parsing: SettingsDocument.environmentFile.replacing(/(?m)^#(?=[A-Z_]+=)/, with: "")
        )
        #expect(Set(shown.values.keys) == Set(Setting.all.map(\.name)))
        #expect(shown.brokenLines == [])
        var configured = try Configured(shown.values.merging(chosen) { $1 })
        let expected = try Configured(chosen)
        #expect(configured.session == expected.session)
        // The rules that are written out count in the session.
        configured.settings.turns = expected.settings.turns
        #expect(configured.settings == expected.settings)
    }

    @Test("The help has every setting with its values", arguments: Setting.all)
    func help(setting: Setting) {
        #expect(SettingsDocument.help.contains("--\(setting.option) <"))
        #expect(SettingsDocument.help.contains(setting.summary))
    }
}
