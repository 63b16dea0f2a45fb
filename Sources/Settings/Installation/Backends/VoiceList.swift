import BackendHTTP
public import SpeechSynthesis

/// The servers that speak, as the settings and the configuration file name them.
public struct VoiceList: Equatable, Sendable {
    public typealias Member = BackendMember<SpeechHTTPSynthesizer.Configuration>

    /// Pieces of text that a server speaks at once.
    private static let concurrency = 16

    /// At least one.
    public let members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: ServerSettings) throws(SettingsError) -> Bool {
        if settings.speech.baseURL != nil { return true }
        return try ConfigurationFile.read(settings.engine)?.has(.voices) ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings server: ServerSettings) throws(SettingsError) {
        let settings = server.speech
        let configuration = SpeechHTTPSynthesizer.Configuration(
            baseURL: "",
            apiKey: settings.apiKey?.text,
            model: settings.model,
            voice: settings.voice ?? "alloy",
            names: settings.names ?? VoiceNames(),
            rate: settings.rate
        )
        let defaults = BackendDefaults(
            configuration: configuration,
            concurrency: Self.concurrency,
            adapts: false
        )
        if let file = try ConfigurationFile.read(server.engine), file.has(.voices) {
            members = try defaults.members(
                of: .voices,
                in: file,
                besides: settings.baseURL,
                timeout: \.firstByteTimeout,
                texts: ["voice": \.voice]
            )
            return
        }

        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is http, which needs TTS_BASE_URL (any server with /audio/speech), TTS_API_KEY, or voices in STENO_CONFIG."
            throw SettingsError(\.speech.choice, problem: problem)
        }

        members = try defaults.members(at: settings.baseURL ?? "https://api.openai.com/v1") { problem in
            problem == .badAPIKey ? \.speech.apiKey : \.speech.baseURL
        }
    }
}
