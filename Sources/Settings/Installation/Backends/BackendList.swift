public import Backends
import Foundation
public import Transcription

/// The servers that transcribe, as the settings and the configuration file name them.
public struct BackendList: Equatable, Sendable {
    /// One server, and its part in the pool.
    public struct Member: Equatable, Sendable {
        public var configuration: WhisperHTTPTranscriber.Configuration
        public var terms: MemberTerms
        /// The name of its model, as clients see it.
        public var model: String { configuration.model ?? WhisperHTTPTranscriber.defaultModel }
    }

    /// At least one.
    public private(set) var members: [Member]

    /// Whether the settings name any.
    static func isConfigured(in settings: EngineSettings) throws(SettingsError) -> Bool {
        if settings.baseURL != nil { return true }
        return try document(settings)?.hasBackends ?? false
    }

    /// - Throws: `SettingsError` when a server cannot be used as configured.
    init(settings: EngineSettings) throws(SettingsError) {
        if let document = try Self.document(settings), document.hasBackends {
            guard settings.baseURL == nil else {
                let problem = "has backends, and OPENAI_BASE_URL is set too. Leave one of them out."
                throw SettingsError(\.engine.configurationFile, problem: problem)
            }
            members = try document.members(settings)
        } else {
            guard settings.baseURL != nil || settings.apiKey != nil else {
                let problem =
                    "is whisper-http, which needs OPENAI_BASE_URL (any Whisper-compatible server), OPENAI_API_KEY, or "
                    + "backends in STENO_CONFIG."
                throw SettingsError(\.engine.choice, problem: problem)
            }
            let addresses = (settings.baseURL ?? "https://api.openai.com/v1").split(separator: ",")
            members = addresses.map { address in
                Member(Self.configuration(settings, baseURL: address.trimmingCharacters(in: .whitespaces)))
            }
            for member in members {
                do {
                    try member.configuration.validate()
                } catch {
                    let path: PartialKeyPath<ServerSettings> = error == .badAPIKey ? \.engine.apiKey : \.engine.baseURL
                    throw SettingsError(path, problem: "cannot be used. \(error).")
                }
            }
        }
        giveNames()
    }

    /// What a server is asked like unless it says otherwise.
    static func configuration(
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

    private static func document(_ settings: EngineSettings) throws(SettingsError) -> ConfigurationFile? {
        guard let path = settings.configurationFile else { return nil }
        return try SettingsError.naming(\.engine.configurationFile, problem: { "cannot be used: \($0)" }) {
            try ConfigurationFile(path: path)
        }
    }

    /// Calls each by its host and port, and those that share these by a number too.
    private mutating func giveNames() {
        var counts: [String: Int] = [:]
        for index in members.indices {
            let name = members[index].configuration.authority
            counts[name, default: 0] += 1
            let count = counts[name] ?? 1
            members[index].terms.name = count == 1 ? name : "\(name)#\(count)"
        }
    }
}

extension BackendList.Member {
    init(_ configuration: WhisperHTTPTranscriber.Configuration) {
        self.configuration = configuration
        terms = MemberTerms(name: "", concurrency: configuration.maxConcurrent)
    }
}
