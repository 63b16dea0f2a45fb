import Foundation
public import Transcription

/// The engine that the settings and this machine lead to; nothing of it is loaded yet.
public struct EngineChoice: Sendable {
    /// An engine and what it needs.
    public enum Engine: Sendable {
        case whisperHTTP(WhisperHTTPTranscriber.Configuration)
        case sherpa(SherpaInstallation)
        case pocketSphinx(PocketSphinxModel, threads: Int)
    }

    public private(set) var engine: Engine
    /// Why the choice was left to the server and did not fall on the neural engine.
    public private(set) var fallbackReason: SherpaError?
    /// Whether there is a key for a backend that nobody asked to use.
    public private(set) var hasUnusedKey = false

    /// Looks for what the engine needs.
    ///
    /// - Throws: `SettingsError` when the engine that is asked for cannot be used.
    public init(settings: ServerSettings) throws(SettingsError) {
        switch settings.engine.choice {
        case .whisperHTTP:
            engine = try Self.whisperHTTP(settings.engine)
        case .sherpa:
            let sherpa = try SherpaInstallation(settings: settings)
            try SettingsError.naming(\.engine.choice, problem: { "is sherpa, which cannot be used. \($0)." }) {
                try sherpa.check()
            }
            engine = .sherpa(sherpa)
        case .pocketSphinx:
            engine = try Self.pocketSphinx(settings.engine)
        case .auto where settings.engine.baseURL != nil:
            engine = try Self.whisperHTTP(settings.engine)
        case .auto:
            hasUnusedKey = settings.engine.apiKey != nil
            let sherpa = try SherpaInstallation(settings: settings)
            do {
                try sherpa.check()
                engine = .sherpa(sherpa)
            } catch {
                if settings.engine.model != nil {
                    throw SettingsError(\.engine.model, problem: "cannot be used. \(error).")
                }
                engine = try Self.pocketSphinx(settings.engine)
                fallbackReason = error
            }
        }
    }

    private static func whisperHTTP(
        _ settings: EngineSettings
    ) throws(SettingsError) -> Engine {
        guard settings.baseURL != nil || settings.apiKey != nil else {
            let problem =
                "is whisper-http, which needs OPENAI_BASE_URL (any Whisper-compatible server) or OPENAI_API_KEY."
            throw SettingsError(\.engine.choice, problem: problem)
        }
        var configuration = WhisperHTTPTranscriber.Configuration(
            baseURL: settings.baseURL ?? "https://api.openai.com/v1",
            apiKey: settings.apiKey?.text,
            model: settings.model,
            responseFormat: settings.responseFormat,
            timeout: settings.timeout,
            maxConcurrent: settings.concurrency
        )
        configuration.worksAhead = settings.interim == .http
        do {
            try configuration.validate()
        } catch {
            let path: PartialKeyPath<ServerSettings> = error == .badAPIKey ? \.engine.apiKey : \.engine.baseURL
            throw SettingsError(path, problem: "cannot be used. \(error).")
        }
        return .whisperHTTP(configuration)
    }

    private static func pocketSphinx(_ settings: EngineSettings) throws(SettingsError) -> Engine {
        let model = try SettingsError.naming(\.engine.pocketSphinxModel) {
            try PocketSphinxModel(folder: settings.pocketSphinxModel)
        }
        return .pocketSphinx(
            model,
            threads: settings.pocketSphinxThreads ?? ProcessInfo.processInfo.activeProcessorCount
        )
    }
}

extension EngineChoice {
    /// The model's name, as `GET /v1/models` lists it.
    public var model: String {
        switch engine {
        case .whisperHTTP(let configuration): configuration.model ?? WhisperHTTPTranscriber.defaultModel
        case .sherpa(let sherpa): sherpa.name
        case .pocketSphinx: "pocketsphinx-en-us"
        }
    }

    /// Its name, as `TRANSCRIBER` has it.
    public var kind: String {
        switch engine {
        case .whisperHTTP: EngineSettings.Choice.whisperHTTP.rawValue
        case .sherpa: EngineSettings.Choice.sherpa.rawValue
        case .pocketSphinx: EngineSettings.Choice.pocketSphinx.rawValue
        }
    }

    /// The host that gets the audio, or `nil` when it stays on this machine.
    public var host: String? {
        if case .whisperHTTP(let configuration) = engine { configuration.host } else { nil }
    }

    /// The English name of the only language it knows, or `nil` for one that knows many.
    public var language: String? {
        switch engine {
        case .whisperHTTP: nil
        case .sherpa(let sherpa): sherpa.onlyLanguage == "en" ? "english" : nil
        case .pocketSphinx: "english"
        }
    }

    /// What is expected of it before it is there.
    public var capabilities: EngineCapabilities { EngineCapabilities(hasWordTimes: hasWordTimes) }

    /// Whether it is asked to tell when each word was said.
    public var hasWordTimes: Bool {
        switch engine {
        case .whisperHTTP(let configuration): configuration.responseFormat != .json
        case .sherpa(let sherpa): sherpa.hasWordTimes
        case .pocketSphinx: true
        }
    }
}
