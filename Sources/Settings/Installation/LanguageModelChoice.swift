/// The language model that the settings lead to; nothing of it is asked yet.
public struct LanguageModelChoice: Sendable {
    /// A model and what it needs.
    public enum Model: Equatable, Sendable {
        case http(LanguageModelList)
        case echo
        case none
    }

    public private(set) var model: Model
    /// Whether there is a key for a server that nobody asked to use.
    public private(set) var hasUnusedKey = false

    /// - Throws: `SettingsError` when the model that is asked for cannot be used.
    public init(settings server: ServerSettings) throws(SettingsError) {
        let settings = server.languageModel
        switch settings.choice {
        case .http: model = .http(try LanguageModelList(settings: server))
        case .auto:
            if try LanguageModelList.isConfigured(in: server) {
                model = .http(try LanguageModelList(settings: server))
            } else {
                model = .none
                hasUnusedKey = settings.apiKey != nil
            }
        case .echo: model = .echo
        case .none: model = .none
        }
    }
}
