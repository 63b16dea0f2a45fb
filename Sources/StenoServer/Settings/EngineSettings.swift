import Foundation
public import Transcription

/// Which engine transcribes, and how.
public struct EngineSettings: Sendable {
    /// The engine and what it needs.
    public enum Engine: Sendable {
        case whisperHTTP(WhisperHTTPTranscriber.Configuration)
        case sherpa(SherpaSettings)
        case pocketSphinx(PocketSphinxModel, threads: Int)

        /// The model's name, as `GET /v1/models` lists it.
        public var model: String {
            switch self {
            case .whisperHTTP(let configuration): configuration.model ?? WhisperHTTPTranscriber.defaultModel
            case .sherpa(let settings): settings.name
            case .pocketSphinx: "pocketsphinx-en-us"
            }
        }

        /// Its name, as `TRANSCRIBER` has it.
        public var kind: String {
            switch self {
            case .whisperHTTP: ServerSettings.TranscriberChoice.whisperHTTP.rawValue
            case .sherpa: ServerSettings.TranscriberChoice.sherpa.rawValue
            case .pocketSphinx: ServerSettings.TranscriberChoice.pocketSphinx.rawValue
            }
        }

        /// The host that gets the audio, or `nil` when it stays on this machine.
        var host: String? {
            if case .whisperHTTP(let configuration) = self { configuration.host } else { nil }
        }

        /// The English name of the only language it knows, or `nil` for one that knows many.
        public var language: String? {
            switch self {
            case .whisperHTTP: nil
            case .sherpa(let settings): settings.onlyLanguage == "en" ? "english" : nil
            case .pocketSphinx: "english"
            }
        }

        /// What is expected of it before it is there.
        var capabilities: EngineCapabilities { EngineCapabilities(hasWordTimes: hasWordTimes) }

        /// Whether it is asked to tell when each word was said.
        var hasWordTimes: Bool {
            switch self {
            case .whisperHTTP(let configuration): configuration.responseFormat != .json
            case .sherpa(let settings): settings.hasWordTimes
            case .pocketSphinx: true
            }
        }
    }

    public var engine: Engine
    /// How long an utterance waits for an engine that still loads.
    public var loadTimeout: Duration
    /// The longest time from an utterance's end to its transcript, with all that it waits.
    public var deadline: Duration

    /// Why the choice was left to the server and did not fall on the neural engine.
    public var fallbackReason: SherpaError?
    /// Whether there is a key for a backend that nobody asked to use.
    public var hasUnusedKey = false

    init(_ reader: SettingReader) async throws(SettingsError) {
        loadTimeout = try await reader.milliseconds(.modelLoadTimeout, in: 0...600_000) ?? .seconds(10)
        deadline = try await reader.milliseconds(.transcriberDeadline, in: 100...3_600_000) ?? .seconds(120)
        let url = try await reader.string(.openAIBaseURL)
        let key = try await reader.string(.openAIAPIKey)

        switch try await reader.choice(.transcriber, ServerSettings.TranscriberChoice.self) ?? .auto {
        case .whisperHTTP:
            guard url != nil || key != nil else {
                let problem =
                    "is whisper-http, which needs OPENAI_BASE_URL (any Whisper-compatible server) or OPENAI_API_KEY."
                throw SettingsError(.transcriber, problem: problem)
            }
            engine = try await Self.whisperHTTP(reader, url: url, key: key)
        case .sherpa:
            let sherpa = try await SherpaSettings(reader)
            do {
                try sherpa.check()
            } catch {
                throw SettingsError(.transcriber, problem: "is sherpa, which cannot be used. \(error).")
            }
            engine = .sherpa(sherpa)
        case .pocketSphinx:
            engine = try await Self.pocketSphinx(reader)
        case .auto where url != nil:
            engine = try await Self.whisperHTTP(reader, url: url, key: key)
        case .auto:
            hasUnusedKey = key != nil
            let sherpa = try await SherpaSettings(reader)
            do {
                try sherpa.check()
                engine = .sherpa(sherpa)
            } catch {
                if sherpa.isChosen { throw SettingsError(.transcriberModel, problem: "cannot be used. \(error).") }
                engine = try await Self.pocketSphinx(reader)
                fallbackReason = error
            }
        }
    }

    private static func whisperHTTP(
        _ reader: SettingReader,
        url: String?,
        key: String?
    ) async throws(SettingsError) -> Engine {
        let url = url ?? "https://api.openai.com/v1"
        var configuration = WhisperHTTPTranscriber.Configuration(baseURL: url, apiKey: key)
        do {
            try configuration.validate()
        } catch {
            throw SettingsError(
                error == .badAPIKey ? .openAIAPIKey : .openAIBaseURL,
                problem: "cannot be used. \(error)."
            )
        }
        configuration.model = try await reader.string(.transcriberModel)
        configuration.worksAhead = try await reader.choice(.interim, ServerSettings.Interim.self) == .http
        configuration.responseFormat =
            try await reader.choice(.transcriberResponseFormat) ?? configuration.responseFormat
        configuration.timeout =
            try await reader.milliseconds(.transcriberTimeout, in: 100...3_600_000) ?? configuration.timeout
        configuration.maxConcurrent =
            try await reader.integer(.transcriberConcurrency, in: 1...1_000) ?? configuration.maxConcurrent
        return .whisperHTTP(configuration)
    }

    private static func pocketSphinx(_ reader: SettingReader) async throws(SettingsError) -> Engine {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let threads = try await reader.integer(.pocketSphinxThreads, in: 1...256) ?? cores
        let folder = try await reader.string(.pocketSphinxModel)
        do {
            return .pocketSphinx(
                try PocketSphinxModel(folder: folder ?? PocketSphinxModel.defaultFolder),
                threads: threads
            )
        } catch {
            throw SettingsError(.pocketSphinxModel, problem: "cannot be used. \(error).")
        }
    }
}
