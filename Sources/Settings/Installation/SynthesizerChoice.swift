import Foundation
public import SpeechSynthesis

/// The speech engine that the settings lead to; nothing of it is made yet.
public struct SynthesizerChoice: Sendable {
    /// An engine and what it needs.
    public enum Engine: Equatable, Sendable {
        case flite(voice: String?, names: VoiceNames, threads: Int)
        case sherpa(NeuralVoiceInstallation)
        case http(SpeechHTTPSynthesizer.Configuration)
        case none
    }

    public private(set) var engine: Engine
    /// Whether there is a key for a server that nobody asked to use.
    public private(set) var hasUnusedKey = false

    /// - Throws: `SettingsError` when the engine that is asked for cannot be used.
    public init(settings server: ServerSettings) throws(SettingsError) {
        let settings = server.speech
        switch settings.choice {
        case .http: engine = try Self.http(settings)
        case .auto where settings.baseURL != nil: engine = try Self.http(settings)
        case .auto:
            engine = try Self.flite(settings)
            hasUnusedKey = settings.apiKey != nil
        case .flite: engine = try Self.flite(settings)
        case .sherpa: engine = .sherpa(try NeuralVoiceInstallation(settings: server))
        case .none: engine = .none
        }
    }

    private static func flite(_ settings: SpeechSettings) throws(SettingsError) -> Engine {
        let known = FliteSynthesizer.voiceNames
        let allowed = known.joined(separator: ", ")
        if let voice = settings.voice, !known.contains(voice.lowercased()) {
            throw SettingsError(\.speech.voice, problem: "is \(voice), which flite does not have; it has \(allowed).")
        }
        let names = settings.names ?? VoiceNames()
        if let target = names.targets.values.sorted().first(where: { !known.contains($0.lowercased()) }) {
            throw SettingsError(\.speech.names, problem: "has \(target), which flite does not have; it has \(allowed).")
        }
        return .flite(
            voice: settings.voice,
            names: names,
            threads: settings.threads ?? ProcessInfo.processInfo.activeProcessorCount
        )
    }

    private static func http(_ settings: SpeechSettings) throws(SettingsError) -> Engine {
        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem = "is http, which needs TTS_BASE_URL (any server with /audio/speech) or TTS_API_KEY."
            throw SettingsError(\.speech.choice, problem: problem)
        }
        let configuration = SpeechHTTPSynthesizer.Configuration(
            baseURL: settings.baseURL ?? "https://api.openai.com/v1",
            apiKey: settings.apiKey?.text,
            model: settings.model,
            voice: settings.voice ?? "alloy",
            names: settings.names ?? VoiceNames(),
            rate: settings.rate
        )
        do {
            try configuration.validate()
        } catch {
            let path: PartialKeyPath<ServerSettings> = error == .badAPIKey ? \.speech.apiKey : \.speech.baseURL
            throw SettingsError(path, problem: "cannot be used. \(error).")
        }
        return .http(configuration)
    }
}

extension SynthesizerChoice {
    /// Its name, as `TTS` has it.
    public var kind: String {
        switch engine {
        case .flite: SpeechSettings.Choice.flite.rawValue
        case .sherpa: SpeechSettings.Choice.sherpa.rawValue
        case .http: SpeechSettings.Choice.http.rawValue
        case .none: SpeechSettings.Choice.none.rawValue
        }
    }
}
