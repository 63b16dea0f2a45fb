import BackendHTTP
public import Chat

/// The servers of language models, as the settings and the configuration file name them.
public struct LanguageModelList: Equatable, Sendable {
    public typealias Member = BackendMember<ChatCompletionsModel.Configuration>

    /// Conversations that a server may have at once: as good as no limit, since such servers have queues of their own.
    private static let concurrency = 1_000

    /// At least one.
    public let members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: ServerSettings) throws(SettingsError) -> Bool {
        if settings.languageModel.baseURL != nil { return true }
        return try ConfigurationFile.read(settings.engine)?.has(.languageModels) ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings server: ServerSettings) throws(SettingsError) {
        let settings = server.languageModel
        let configuration = ChatCompletionsModel.Configuration(
            baseURL: "",
            apiKey: settings.apiKey?.text,
            model: settings.model,
            extra: settings.extra,
            firstTokenTimeout: settings.firstTokenTimeout,
            idleTimeout: settings.idleTimeout
        )
        let defaults = BackendDefaults(
            configuration: configuration,
            concurrency: Self.concurrency,
            adapts: false
        )
        if let file = try ConfigurationFile.read(server.engine), file.has(.languageModels) {
            members = try defaults.members(
                of: .languageModels,
                in: file,
                besides: settings.baseURL,
                timeout: \.firstTokenTimeout
            )
            return
        }

        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is http, which needs LLM_BASE_URL (any server with /chat/completions), LLM_API_KEY, or languageModels in "
                + "STENO_CONFIG."
            throw SettingsError(\.languageModel.choice, problem: problem)
        }

        members = try defaults.members(at: settings.baseURL ?? "https://api.openai.com/v1", blaming: Self.setting)
    }

    private static func setting(_ problem: ChatConfigurationError) -> PartialKeyPath<ServerSettings> {
        switch problem {
        case .access(.badBaseURL): \.languageModel.baseURL
        case .access(.badAPIKey): \.languageModel.apiKey
        case .badExtra: \.languageModel.extra
        case .notPositive: \.languageModel.firstTokenTimeout
        }
    }
}
