import Chat
import HTTPTransfer
import InMemoryLogging
import Logging
import Settings
import Testing

@testable import StenoServer

@Suite("Making the language model")
struct LanguageModelFactoryTests {
    @Test(
        "Makes what is configured, and says where conversations go",
        arguments: [
            (["LLM_BASE_URL": "http://user:pass@model.example/v1", "LLM_MODEL": "qwen3"], "qwen3", ["model.example"]),
            (["LLM": "echo"], "echo", ["echo"]), ([:], nil, []),
            (["LLM_API_KEY": "sk-secret"], nil, ["LLM_API_KEY alone"]),
        ] as [([String: String], String?, [String])]
    )
    func makes(environment: [String: String], name: String?, said: [String]) throws {
        let log = InMemoryLogHandler()
        let settings = try ServerSettings(reading: SettingValues(environment: environment))
        let factory = LanguageModelFactory(
            choice: try LanguageModelChoice(settings: settings),
            transport: try HTTPTransport(),
            metrics: PrometheusRegistry(),
            logger: Logger(label: "test") { _ in log }
        )
        #expect(try factory.make()?.name == name)
        #expect(log.entries.count == said.count)
        let text = log.entries.map { "\($0.message) \($0.metadata)" }.joined()
        #expect(said.allSatisfy { text.contains($0) })
        #expect(!text.contains("pass") && !text.contains("secret"))
    }
}
