import Backends
import Foundation
public import Transcription

/// The engine that the settings and this machine lead to; nothing of it is loaded yet.
public struct EngineChoice: Sendable {
    /// An engine and what it needs.
    public enum Engine: Sendable {
        case whisperHTTP(BackendList, fallback: SherpaInstallation?)
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
            engine = try Self.whisperHTTP(settings)
        case .sherpa:
            let sherpa = try SherpaInstallation(settings: settings)
            try SettingsError.naming(\.engine.choice, problem: { "is sherpa, which cannot be used. \($0)." }) {
                try sherpa.check()
            }
            engine = .sherpa(sherpa)
        case .pocketSphinx:
            engine = try Self.pocketSphinx(settings.engine)
        case .auto:
            if try BackendList.isConfigured(in: settings.engine) {
                engine = try Self.whisperHTTP(settings)
                return
            }
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

    /// The servers, and the embedded engine for when none of them can serve.
    private static func whisperHTTP(_ settings: ServerSettings) throws(SettingsError) -> Engine {
        let list = try BackendList(settings: settings.engine)
        if settings.engine.fallback == EngineSettings.Fallback.none { return .whisperHTTP(list, fallback: nil) }

        // The servers' model is not one of this engine's.
        var own = settings
        own.engine.model = nil
        let sherpa = try SherpaInstallation(settings: own)
        do {
            try sherpa.check()
        } catch {
            guard settings.engine.fallback == .embedded else { return .whisperHTTP(list, fallback: nil) }
            throw SettingsError(\.engine.fallback, problem: "is embedded, which cannot be used. \(error).")
        }

        return .whisperHTTP(list, fallback: sherpa)
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
        case .whisperHTTP(let list, _): list.members[0].model
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

    /// The hosts that get the audio, or `nil` when it stays on this machine.
    public var host: String? {
        guard case .whisperHTTP(let list, _) = engine else { return nil }
        return list.members.map(\.terms.name).joined(separator: ", ")
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
        case .whisperHTTP(let list, _): list.members.allSatisfy { $0.configuration.responseFormat != .json }
        case .sherpa(let sherpa): sherpa.hasWordTimes
        case .pocketSphinx: true
        }
    }
}
