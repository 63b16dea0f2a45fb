public import Chat

/// The language model that the settings lead to; nothing of it is asked yet.
public struct LanguageModelChoice: Sendable {
    /// A model and what it needs.
    public enum Model: Equatable, Sendable {
        case http(ChatCompletionsModel.Configuration)
        case echo
        case none
    }

    public private(set) var model: Model
    /// Whether there is a key for a server that nobody asked to use.
    public private(set) var hasUnusedKey = false

    /// - Throws: `SettingsError` when the model that is asked for cannot be used.
    public init(settings: LanguageModelSettings) throws(SettingsError) {
        switch settings.choice {
        case .http: model = try Self.http(settings)
        case .auto where settings.baseURL != nil: model = try Self.http(settings)
        case .auto:
            model = .none
            hasUnusedKey = settings.apiKey != nil
        case .echo: model = .echo
        case .none: model = .none
        }
    }

    private static func http(_ settings: LanguageModelSettings) throws(SettingsError) -> Model {
        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem = "is http, which needs LLM_BASE_URL (any server with /chat/completions) or LLM_API_KEY."
            throw SettingsError(\.languageModel.choice, problem: problem)
        }
        let configuration = ChatCompletionsModel.Configuration(
            baseURL: settings.baseURL ?? "https://api.openai.com/v1",
            apiKey: settings.apiKey?.text,
            model: settings.model,
            extra: settings.extra,
            firstTokenTimeout: settings.firstTokenTimeout,
            idleTimeout: settings.idleTimeout
        )
        do {
            try configuration.validate()
        } catch {
            throw SettingsError(Self.path(of: error), problem: "cannot be used. \(error).")
        }
        return .http(configuration)
    }

    private static func path(of error: ChatConfigurationError) -> PartialKeyPath<ServerSettings> {
        switch error {
        case .badBaseURL: \.languageModel.baseURL
        case .badAPIKey: \.languageModel.apiKey
        case .badExtra: \.languageModel.extra
        case .notPositive: \.languageModel.firstTokenTimeout
        }
    }
}
