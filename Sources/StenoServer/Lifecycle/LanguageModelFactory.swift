import Backends
import Chat
import CoreMetrics
import HTTPTransfer
import Logging
import Settings

/// Makes the language model that was chosen, and says which one it is.
struct LanguageModelFactory {
    let choice: LanguageModelChoice
    let transport: HTTPTransport
    let metrics: any MetricsFactory
    let logger: Logger

    /// The model, or `nil` where there is to be none.
    func make() throws -> (any LanguageModel)? {
        switch choice.model {
        case .http(let list): return try pool(list)
        case .echo:
            logger.notice("Conversations are answered by an echo; set LLM_BASE_URL for a language model")
            return EchoModel()
        case .none:
            if choice.hasUnusedKey {
                logger.notice(
                    """
                    LLM_API_KEY alone sends no conversation away. Set LLM=http to use OpenAI, or LLM_BASE_URL for another \
                    server.
                    """
                )
            }
            return nil
        }
    }

    private func pool(_ list: LanguageModelList) throws -> PooledLanguageModel {
        let terms = list.members.map(\.terms)
        logger.notice(
            "Conversations are answered by a language model's server, which gets the text of every conversation",
            metadata: [
                "steno.llm.host": "\(terms.map(\.name).joined(separator: ", "))",
                "steno.llm.model": "\(list.members[0].configuration.model ?? "the server's choice")",
            ]
        )
        let models = try list.members.map { member in
            try ChatCompletionsModel(configuration: member.configuration, transport: transport)
        }
        return PooledLanguageModel(
            models,
            in: StreamPool(
                terms,
                unit: PooledLanguageModel.unit,
                countedAs: .languageModel,
                in: metrics,
                logger: logger
            )
        )
    }
}
