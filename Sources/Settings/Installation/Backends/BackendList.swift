import BackendHTTP
import Backends
public import Transcription

/// The servers that transcribe, as the settings and the configuration file name them.
public struct BackendList: Equatable, Sendable {
    public typealias Member = BackendMember<WhisperHTTPTranscriber.Configuration>

    /// At least one.
    public private(set) var members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: EngineSettings) throws(SettingsError) -> Bool {
        if settings.baseURL != nil { return true }
        return try ConfigurationFile.read(settings)?.has(.backends) ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings: EngineSettings) throws(SettingsError) {
        if let file = try ConfigurationFile.read(settings), file.has(.backends) {
            members = try file.members(of: .backends, besides: settings.baseURL) {
                (value, name) throws(ConfigurationFile.Problem) in
                try Self.member(BackendEntry(value, name: name), settings)
            }
        } else {
            members = try Self.addressed(settings)
        }
        members.giveNames(\.authority)
    }

    private static func addressed(_ settings: EngineSettings) throws(SettingsError) -> [Member] {
        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is whisper-http, which needs OPENAI_BASE_URL (any Whisper-compatible server), OPENAI_API_KEY, or "
                + "backends in STENO_CONFIG."
            throw SettingsError(\.engine.choice, problem: problem)
        }
        let members = (settings.baseURL ?? "https://api.openai.com/v1").addresses.map { address in
            Member(
                configuration: configuration(settings, baseURL: address),
                terms: .plain(concurrency: settings.concurrency, adapts: true)
            )
        }
        for member in members {
            do {
                try member.configuration.validate()
            } catch {
                let isKey = error == .access(.badAPIKey)
                let path: PartialKeyPath<ServerSettings> = isKey ? \.engine.apiKey : \.engine.baseURL
                throw SettingsError(path, problem: "cannot be used. \(error).")
            }
        }
        return members
    }

    /// What a server is asked like unless it says otherwise.
    private static func configuration(
        _ settings: EngineSettings,
        baseURL: String
    ) -> WhisperHTTPTranscriber.Configuration {
        var configuration = WhisperHTTPTranscriber.Configuration(
            baseURL: baseURL,
            apiKey: settings.apiKey?.text,
            model: settings.model,
            responseFormat: settings.responseFormat,
            timeout: settings.timeout,
            maxConcurrent: settings.concurrency
        )
        configuration.worksAhead = settings.interim == .http
        return configuration
    }

    private static func member(
        _ entry: BackendEntry,
        _ settings: EngineSettings
    ) throws(ConfigurationFile.Problem) -> Member {
        var configuration = configuration(settings, baseURL: try entry.url())
        configuration.apiKey = try entry.key() ?? configuration.apiKey
        configuration.model = try entry.text("model") ?? configuration.model
        configuration.timeout = try entry.timeout() ?? configuration.timeout
        let terms = try entry.terms(concurrency: configuration.maxConcurrent, adapts: true)
        configuration.maxConcurrent = terms.concurrency
        do {
            try configuration.validate()
        } catch {
            throw .init("\(entry.name): \(error).")
        }
        return Member(configuration: configuration, terms: terms)
    }
}

extension BackendMember where Configuration == WhisperHTTPTranscriber.Configuration {
    /// The name of its model, as clients see it.
    public var model: String { configuration.model ?? WhisperHTTPTranscriber.defaultModel }
}
