import Configuration
import Foundation
import Testing

@testable import StenoServer

@Suite("Example of .env")
struct EnvironmentExampleTests {
    private static let lines: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let text = try? String(contentsOf: root.appending(path: ".env.example"), encoding: .utf8)
        return text?.split(separator: "\n").map(String.init) ?? []
    }()

    private static func name(of line: String) -> String {
        String(line.prefix { $0 != "=" }.dropFirst())
    }

    @Test("Lists every setting, and no other, in the order of the help")
    func everySetting() {
        let names = Self.lines.filter { !$0.hasPrefix("# ") }.map(Self.name)
        #expect(names == Setting.allCases.map(\.rawValue))
    }

    @Test("Explains a setting as the help does", arguments: Setting.allCases)
    func help(setting: Setting) throws {
        let index = try #require(Self.lines.firstIndex { Self.name(of: $0) == setting.rawValue })
        #expect(Self.lines[index - 1] == "# \(setting.help)")
    }

    @Test("Shows the defaults", arguments: [[:], ["OPENAI_API_KEY": "key"]])
    func defaults(chosen: [String: String]) async throws {
        let shown = Dictionary(
            uniqueKeysWithValues: Self.lines.filter { !$0.hasPrefix("# ") }.map { line in
                (Self.name(of: line), String(line.drop { $0 != "=" }.dropFirst()))
            }
        )
        #expect(!shown.isEmpty)
        let settings = try await SettingsTests.settings(shown.merging(chosen) { $1 })
        #expect(String(describing: settings) == String(describing: try await SettingsTests.settings(chosen)))
    }
}
