import Backends
import Chat
import Foundation
import SpeechSynthesis
import Testing
import Transcription

@testable import Settings

@Suite("List of backends")
struct BackendListTests {
    private func list(_ json: String, _ change: (inout EngineSettings) -> Void = { _ in }) throws -> BackendList {
        let file = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString).json")
        try Data(json.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var settings = EngineSettings()
        settings.configurationFile = file.path
        change(&settings)
        return try BackendList(settings: settings)
    }

    @Test("Addresses with commas are equal members, each with a name of its own")
    func addresses() throws {
        var settings = EngineSettings()
        settings.baseURL = "http://user:pass@one:9000/v1, https://two.example/v1?key=secret,http://one:9000/v2"
        settings.model = "m"
        let list = try BackendList(settings: settings)
        #expect(list.members.map(\.terms.name) == ["one:9000", "two.example", "one:9000#2"])
        #expect(list.members.allSatisfy { $0.terms.tier == 0 && $0.terms.weight == 1 && $0.model == "m" })
    }

    @Test("A file says everything of a member; the settings say the rest")
    func file() throws {
        let key = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString).key")
        try Data("from-file\n".utf8).write(to: key)
        defer { try? FileManager.default.removeItem(at: key) }
        let list = try list(
            """
            {"backends": [
              {"url": "http://a:1/v1", "key": "k", "model": "m", "models": ["x", "y"], "weight": 2.5, "concurrency": 3,
               "timeoutMs": 1500, "tier": 1},
              {"url": "http://b:2/v1", "keyFile": "\(key.path)"},
              {"url": "http://c:3/v1", "keyEnv": "PATH"}
            ]}
            """
        ) { $0.concurrency = 7 }
        let first = list.members[0]
        #expect(
            first.terms
                == MemberTerms(name: "a:1", models: ["x", "y"], weight: 2.5, concurrency: 3, tier: 1)
        )
        #expect(first.configuration.apiKey == "k")
        #expect(first.configuration.model == "m")
        #expect(first.configuration.timeout == .milliseconds(1_500))
        #expect(list.members[1].configuration.apiKey == "from-file")
        #expect(list.members[1].terms.concurrency == 7)
        #expect(list.members[2].configuration.apiKey == ProcessInfo.processInfo.environment["PATH"])
    }

    @Test(
        "What cannot be is refused with its name",
        arguments: [
            ("[]", "not a JSON object"), ("{", "not JSON"), (#"{"backend": []}"#, "backend is not known"),
            (#"{"backends": []}"#, "at least one"), (#"{"voices": 1}"#, "voices is not a list"),
            (#"{"backends": [1]}"#, "backends[0] is not"),
            (#"{"backends": [{}]}"#, "backends[0].url is missing"),
            (#"{"backends": [{"url": "http://a/v1", "wieght": 1}]}"#, "backends[0].wieght is not known"),
            (#"{"backends": [{"url": "ftp://a/v1"}]}"#, "backends[0]: Base URL"),
            (#"{"backends": [{"url": "http://a/v1", "weight": 0}]}"#, "backends[0].weight"),
            (#"{"backends": [{"url": "http://a/v1", "tier": 1.5}]}"#, "backends[0].tier"),
            (#"{"backends": [{"url": "http://a/v1", "models": "m"}]}"#, "backends[0].models"),
            (#"{"backends": [{"url": "http://a/v1", "key": "a", "keyEnv": "B"}]}"#, "key and keyEnv"),
            (#"{"backends": [{"url": "http://a/v1", "keyFile": "/proc/nowhere"}]}"#, "backends[0].keyFile"),
            (#"{"backends": [{"url": "http://a/v1", "keyEnv": "NO_SUCH_VARIABLE"}]}"#, "backends[0].keyEnv"),
        ]
    )
    func refusals(json: String, problem: String) {
        let error = #expect(throws: SettingsError.self) { _ = try list(json) }
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.setting == "STENO_CONFIG")
    }

    @Test("A file with languageModels and voices has servers that answer and speak; what they leave out is as set")
    func otherLists() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString).json")
        let json = """
            {"languageModels": [
              {"url": "http://a:1/v1", "key": "k", "model": "m", "models": ["x"], "weight": 2, "concurrency": 3,
               "timeoutMs": 1500, "tier": 1},
              {"url": "http://b:2/v1"}
            ], "voices": [{"url": "http://c:3/v1", "voice": "bella", "timeoutMs": 700}, {"url": "http://d:4/v1"}]}
            """
        try Data(json.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let environment = ["STENO_CONFIG": file.path, "LLM_MODEL": "qwen3", "LLM_API_KEY": "c", "TTS_VOICE": "sky"]
        let settings = try ServerSettings(reading: SettingValues(environment: environment))
        #expect(try !BackendList.isConfigured(in: settings.engine))

        guard case .http(let models) = try LanguageModelChoice(settings: settings).model else { throw NotThere() }
        let (first, second) = (models.members[0], models.members[1])
        let terms = MemberTerms(name: "a:1", models: ["x"], weight: 2, concurrency: 3, tier: 1, adapts: false)
        #expect(first.terms == terms)
        #expect((first.configuration.apiKey, first.configuration.model) == ("k", "m"))
        #expect(first.configuration.firstTokenTimeout == .milliseconds(1_500))
        #expect((second.configuration.apiKey, second.configuration.model) == ("c", "qwen3"))
        #expect(second.configuration.firstTokenTimeout == .seconds(15))

        guard case .http(let voices) = try SynthesizerChoice(settings: settings).engine else { throw NotThere() }
        #expect(voices.members.map(\.configuration.voice) == ["bella", "sky"])
        #expect(voices.members[0].configuration.firstByteTimeout == .milliseconds(700))
        #expect(voices.members.map(\.terms.name) == ["c:3", "d:4"])

        let both = environment.merging(["LLM_BASE_URL": "http://e/v1"]) { $1 }
        let error = #expect(throws: SettingsError.self) {
            try LanguageModelChoice(settings: ServerSettings(reading: SettingValues(environment: both)))
        }
        #expect(error?.description.contains("languageModels, and LLM_BASE_URL") == true)
    }

    private struct NotThere: Error {}

    @Test("A list in both places is refused, and a file that is not there")
    func conflicts() {
        #expect(throws: SettingsError.self) {
            _ = try list(#"{"backends": [{"url": "http://a/v1"}]}"#) { $0.baseURL = "http://b/v1" }
        }
        var settings = EngineSettings()
        settings.configurationFile = "/proc/nowhere"
        #expect(throws: SettingsError.self) { _ = try BackendList(settings: settings) }
    }
}
