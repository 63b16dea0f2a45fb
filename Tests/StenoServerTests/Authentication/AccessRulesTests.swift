import Foundation
import Settings
import Testing

@testable import StenoServer

@Suite("Access rules")
struct AccessRulesTests {
    private static func rules(_ environment: [String: String]) throws -> AccessRules {
        try AccessRules(settings: try ServerSettings(reading: SettingValues(environment: environment)))
    }

    @Test("Is open without keys", arguments: [[:], ["API_KEYS": ""]])
    func noKeys(environment: [String: String]) throws {
        #expect(try Self.rules(environment).keys.isEmpty)
    }

    @Test("Reads keys, and shows none of them")
    func keys() throws {
        let rules = try Self.rules(["API_KEYS": "alice:first-key-of-all, second-key-of-all"])
        #expect(rules.keys.names == ["alice", "key-2"])
        var text = ""
        dump(rules, to: &text)
        #expect(!text.contains("key-of-all"))
    }

    @Test(
        "Names the setting of keys that cannot be used",
        arguments: ["short", " ", "some-long-key,", "some long key"]
    )
    func badList(value: String) {
        let error = #expect(throws: SettingsError.self) { try Self.rules(["API_KEYS": value]) }
        #expect(error?.setting == "API_KEYS")
    }

    @Test("Shows no key in an error", arguments: ["topsecret", "a:top secret", "x,topsecret", "topsecret:x"])
    func badKeys(value: String) {
        let error = #expect(throws: SettingsError.self) { try Self.rules(["API_KEYS": "alice:topsecret," + value]) }
        #expect(error?.setting == "API_KEYS")
        #expect(error?.problem.contains("secret") == false)
    }

    @Test("Names the setting of a file of keys that cannot be used")
    func badFile() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("# none yet\n".utf8).write(to: file)
        for (path, problem) in [("/proc/nowhere", "cannot be read"), (file.path, "without keys")] {
            let error = #expect(throws: SettingsError.self) { try Self.rules(["API_KEYS_FILE": path]) }
            #expect(error?.setting == "API_KEYS_FILE")
            #expect(error?.problem.contains(problem) == true)
        }
    }

    @Test("Takes a list or a file, not both")
    func both() {
        let error = #expect(throws: SettingsError.self) {
            try Self.rules(["API_KEYS": "some-long-key", "API_KEYS_FILE": "/dev/null"])
        }
        #expect(error?.setting == "API_KEYS_FILE")
    }
}
