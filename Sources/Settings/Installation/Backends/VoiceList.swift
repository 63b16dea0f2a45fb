import BackendHTTP
import Backends
public import SpeechSynthesis

/// The servers that speak, as the settings and the configuration file name them.
public struct VoiceList: Equatable, Sendable {
    public typealias Member = BackendMember<SpeechHTTPSynthesizer.Configuration>

    /// At least one.
    public private(set) var members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: ServerSettings) throws(SettingsError) -> Bool {
        if settings.speech.baseURL != nil { return true }
        return try ConfigurationFile.read(settings.engine)?.has(.voices) ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings: ServerSettings) throws(SettingsError) {
        if let file = try ConfigurationFile.read(settings.engine), file.has(.voices) {
            members = try file.members(of: .voices, besides: settings.speech.baseURL) {
                (value, name) throws(ConfigurationFile.Problem) in
                try Self.member(BackendEntry(value, name: name, others: ["voice"]), settings.speech)
            }
        } else {
            members = try Self.addressed(settings.speech)
        }
        members.giveNames(\.authority)
    }

    private static func addressed(_ settings: SpeechSettings) throws(SettingsError) -> [Member] {
        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is http, which needs TTS_BASE_URL (any server with /audio/speech), TTS_API_KEY, or voices in STENO_CONFIG."
            throw SettingsError(\.speech.choice, problem: problem)
        }
        let members = (settings.baseURL ?? "https://api.openai.com/v1").addresses.map { address in
            let configuration = configuration(settings, baseURL: address)
            let terms = MemberTerms.plain(concurrency: configuration.maxConcurrent, adapts: false)
            return Member(configuration: configuration, terms: terms)
        }
        for member in members {
            do {
                try member.configuration.validate()
            } catch {
                let path: PartialKeyPath<ServerSettings> = error == .badAPIKey ? \.speech.apiKey : \.speech.baseURL
                throw SettingsError(path, problem: "cannot be used. \(error).")
            }
        }
        return members
    }

    /// What a server is asked like unless it says otherwise.
    private static func configuration(
        _ settings: SpeechSettings,
        baseURL: String
    ) -> SpeechHTTPSynthesizer.Configuration {
        SpeechHTTPSynthesizer.Configuration(
            baseURL: baseURL,
            apiKey: settings.apiKey?.text,
            model: settings.model,
            voice: settings.voice ?? "alloy",
            names: settings.names ?? VoiceNames(),
            rate: settings.rate
        )
    }

    private static func member(
        _ entry: BackendEntry,
        _ settings: SpeechSettings
    ) throws(ConfigurationFile.Problem) -> Member {
        var configuration = configuration(settings, baseURL: try entry.url())
        configuration.apiKey = try entry.key() ?? configuration.apiKey
        configuration.model = try entry.text("model") ?? configuration.model
        configuration.voice = try entry.text("voice") ?? configuration.voice
        configuration.firstByteTimeout = try entry.timeout() ?? configuration.firstByteTimeout
        let terms = try entry.terms(concurrency: configuration.maxConcurrent, adapts: false)
        configuration.maxConcurrent = terms.concurrency
        do {
            try configuration.validate()
        } catch {
            throw .init("\(entry.name): \(error).")
        }
        return Member(configuration: configuration, terms: terms)
    }
}
