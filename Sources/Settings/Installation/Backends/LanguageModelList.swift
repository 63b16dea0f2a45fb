import BackendHTTP
import Backends
public import Chat

/// The servers of language models, as the settings and the configuration file name them.
public struct LanguageModelList: Equatable, Sendable {
    public typealias Member = BackendMember<ChatCompletionsModel.Configuration>

    /// Conversations that a server may have at once: as good as no limit, since such servers have queues of their own.
    private static let concurrency = 1_000

    /// At least one.
    public private(set) var members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: ServerSettings) throws(SettingsError) -> Bool {
        if settings.languageModel.baseURL != nil { return true }
        return try ConfigurationFile.read(settings.engine)?.has(.languageModels) ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings: ServerSettings) throws(SettingsError) {
        if let file = try ConfigurationFile.read(settings.engine), file.has(.languageModels) {
            members = try file.members(of: .languageModels, besides: settings.languageModel.baseURL) {
                (value, name) throws(ConfigurationFile.Problem) in
                try Self.member(BackendEntry(value, name: name), settings.languageModel)
            }
        } else {
            members = try Self.addressed(settings.languageModel)
        }
        members.giveNames(\.authority)
    }

    private static func addressed(_ settings: LanguageModelSettings) throws(SettingsError) -> [Member] {
        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is http, which needs LLM_BASE_URL (any server with /chat/completions), LLM_API_KEY, or languageModels in "
                + "STENO_CONFIG."
            throw SettingsError(\.languageModel.choice, problem: problem)
        }
        let members = (settings.baseURL ?? "https://api.openai.com/v1").addresses.map { address in
            Member(
                configuration: configuration(settings, baseURL: address),
                terms: .plain(concurrency: concurrency, adapts: false)
            )
        }
        for member in members {
            do {
                try member.configuration.validate()
            } catch {
                throw SettingsError(path(of: error), problem: "cannot be used. \(error).")
            }
        }
        return members
    }

    /// What a server is asked like unless it says otherwise.
    private static func configuration(
        _ settings: LanguageModelSettings,
        baseURL: String
    ) -> ChatCompletionsModel.Configuration {
        ChatCompletionsModel.Configuration(
            baseURL: baseURL,
            apiKey: settings.apiKey?.text,
            model: settings.model,
            extra: settings.extra,
            firstTokenTimeout: settings.firstTokenTimeout,
            idleTimeout: settings.idleTimeout
        )
    }

    private static func member(
        _ entry: BackendEntry,
        _ settings: LanguageModelSettings
    ) throws(ConfigurationFile.Problem) -> Member {
        var configuration = configuration(settings, baseURL: try entry.url())
        configuration.apiKey = try entry.key() ?? configuration.apiKey
        configuration.model = try entry.text("model") ?? configuration.model
        configuration.firstTokenTimeout = try entry.timeout() ?? configuration.firstTokenTimeout
        do {
            try configuration.validate()
        } catch {
            throw .init("\(entry.name): \(error).")
        }
        return Member(configuration: configuration, terms: try entry.terms(concurrency: concurrency, adapts: false))
    }

    private static func path(of error: ChatConfigurationError) -> PartialKeyPath<ServerSettings> {
        switch error {
        case .access(.badBaseURL): \.languageModel.baseURL
        case .access(.badAPIKey): \.languageModel.apiKey
        case .badExtra: \.languageModel.extra
        case .notPositive: \.languageModel.firstTokenTimeout
        }
    }
}
