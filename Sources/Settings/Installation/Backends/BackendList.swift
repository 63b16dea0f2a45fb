import BackendHTTP
public import Transcription

/// The servers that transcribe, as the settings and the configuration file name them.
public struct BackendList: Equatable, Sendable {
    public typealias Member = BackendMember<WhisperHTTPTranscriber.Configuration>

    /// At least one.
    public let members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: EngineSettings) throws(SettingsError) -> Bool {
        if settings.baseURL != nil { return true }
        return try ConfigurationFile.read(settings)?.has(.backends) ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings: EngineSettings) throws(SettingsError) {
        var configuration = WhisperHTTPTranscriber.Configuration(
            baseURL: "",
            apiKey: settings.apiKey?.text,
            model: settings.model,
            responseFormat: settings.responseFormat,
            timeout: settings.timeout
        )
        configuration.worksAhead = settings.interim == .http
        let defaults = BackendDefaults(
            configuration: configuration,
            concurrency: settings.concurrency,
            adapts: true
        )
        if let file = try ConfigurationFile.read(settings), file.has(.backends) {
            members = try defaults.members(of: .backends, in: file, besides: settings.baseURL, timeout: \.timeout)
            return
        }

        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is whisper-http, which needs OPENAI_BASE_URL (any Whisper-compatible server), OPENAI_API_KEY, or "
                + "backends in STENO_CONFIG."
            throw SettingsError(\.engine.choice, problem: problem)
        }

        members = try defaults.members(at: settings.baseURL ?? "https://api.openai.com/v1") { problem in
            problem == .access(.badAPIKey) ? \.engine.apiKey : \.engine.baseURL
        }
    }
}

extension BackendMember where Configuration == WhisperHTTPTranscriber.Configuration {
    /// The name of its model, as clients see it.
    public var model: String { configuration.model ?? WhisperHTTPTranscriber.defaultModel }
}
