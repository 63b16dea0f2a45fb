import Foundation
public import SpeechSynthesis

/// The speech engine that the settings lead to; nothing of it is made yet.
public struct SynthesizerChoice: Sendable {
    /// An engine and what it needs.
    public enum Engine: Equatable, Sendable {
        case flite(voice: String?, names: VoiceNames, threads: Int)
        case sherpa(NeuralVoiceInstallation)
        case http(VoiceList)
        case none
    }

    public private(set) var engine: Engine
    /// Whether there is a key for a server that nobody asked to use.
    public private(set) var hasUnusedKey = false

    /// - Throws: `SettingsError` when the engine that is asked for cannot be used.
    public init(settings server: ServerSettings) throws(SettingsError) {
        let settings = server.speech
        switch settings.choice {
        case .http: engine = .http(try VoiceList(settings: server))
        case .auto:
            if try VoiceList.isConfigured(in: server) {
                engine = .http(try VoiceList(settings: server))
            } else {
                engine = try Self.flite(settings)
                hasUnusedKey = settings.apiKey != nil
            }
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
