import Backends
import Chat
import Testing

@testable import Settings

@Suite("Choice of the language model")
struct LanguageModelChoiceTests {
    @Test(
        "Takes the server that is configured, else none; a key alone sends nothing away",
        arguments: [
            ([:], "none", false), (["LLM_API_KEY": "k"], "none", true),
            (["LLM_BASE_URL": "http://h/v1"], "http://h/v1", false),
            (["LLM": "http", "LLM_API_KEY": "k"], "https://api.openai.com/v1", false),
            (["LLM": "echo"], "echo", false), (["LLM": "none", "LLM_BASE_URL": "http://h/v1"], "none", false),
            (["LLM": "echo", "LLM_API_KEY": "k"], "echo", false), (["LLM": "", "LLM_BASE_URL": ""], "none", false),
        ] as [([String: String], String, Bool)]
    )
    func choice(environment: [String: String], expected: String, hasUnusedKey: Bool) throws {
        let choice = try Configured(environment).languageModel
        switch choice.model {
        case .http(let list): #expect(list.members.map(\.configuration.baseURL) == [expected])
        case .echo: #expect(expected == "echo")
        case .none: #expect(expected == "none")
        }
        #expect(choice.hasUnusedKey == hasUnusedKey)
    }

    @Test("Passes everything on that is set")
    func configuration() throws {
        let choice = try Configured([
            "LLM_BASE_URL": "http://127.0.0.1:11434/v1", "LLM_API_KEY": "k", "LLM_MODEL": "qwen3",
            "LLM_EXTRA": #"{"keep_alive":"1h"}"#, "LLM_TIMEOUT_MS": "60000", "LLM_IDLE_TIMEOUT_MS": "4000",
        ]).languageModel
        let expected = ChatCompletionsModel.Configuration(
            baseURL: "http://127.0.0.1:11434/v1",
            apiKey: "k",
            model: "qwen3",
            extra: #"{"keep_alive":"1h"}"#,
            firstTokenTimeout: .seconds(60),
            idleTimeout: .seconds(4)
        )
        guard case .http(let list) = choice.model else { throw Unexpected() }
        #expect(list.members.map(\.configuration) == [expected])
    }

    private struct Unexpected: Error {}

    @Test("Addresses with commas are equal members, each with a name of its own")
    func addresses() throws {
        let choice = try Configured([
            "LLM_BASE_URL": "http://user:pass@one:1/v1, https://two.example/v1,http://one:1/v2", "LLM_API_KEY": "k",
        ]).languageModel
        guard case .http(let list) = choice.model else { throw Unexpected() }
        #expect(list.members.map(\.terms.name) == ["one:1", "two.example", "one:1#2"])
        #expect(list.members.allSatisfy { $0.configuration.apiKey == "k" && !$0.terms.adapts })
    }

    @Test(
        "Names the setting that stops the server",
        arguments: [("LLM_BASE_URL", "nowhere:"), ("LLM_API_KEY", "a\u{1}")]
    )
    func refuses(setting: String, value: String) {
        #expect {
            try Configured(["LLM_BASE_URL": "http://h/v1"].merging([setting: value]) { $1 })
        } throws: { error in
            (error as? SettingsError)?.setting == setting
        }
    }

    @Test("Sessions without instructions get those of the operator, else ours")
    func instructions() throws {
        #expect(try Configured([:]).settings.languageModel.sessionInstructions.contains("short sentences"))
        #expect(
            try Configured(["LLM_INSTRUCTIONS": "Be rude."]).settings.languageModel.sessionInstructions == "Be rude."
        )
    }
}
