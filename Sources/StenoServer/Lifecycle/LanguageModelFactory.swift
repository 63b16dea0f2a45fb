import Chat
import HTTPTransfer
import Logging
import Settings

/// Makes the language model that was chosen, and says which one it is.
struct LanguageModelFactory {
    let choice: LanguageModelChoice
    let transport: HTTPTransport
    let logger: Logger

    /// The model, or `nil` where there is to be none.
    func make() throws -> (any LanguageModel)? {
        switch choice.model {
        case .http(let configuration):
            logger.notice(
                "Conversations are answered by a language model's server, which gets the text of every conversation",
                metadata: [
                    "steno.llm.host": "\(configuration.host)",
                    "steno.llm.model": "\(configuration.model ?? "the server's choice")",
                ]
            )
            return try ChatCompletionsModel(configuration: configuration, transport: transport)
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
}
