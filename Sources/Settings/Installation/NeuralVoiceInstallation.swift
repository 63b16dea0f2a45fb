import Foundation
import Models
public import SpeechSynthesis

/// What there is on this machine for neural voices.
public struct NeuralVoiceInstallation: Equatable, Sendable {
    /// The voice that is meant when none is named.
    static let defaultModel = "piper-joe-en"

    public let model: NeuralVoiceModel
    /// The file of the shared library.
    public let library: String
    public let voice: String?
    public let names: VoiceNames
    /// Pieces spoken at once.
    public let threads: Int

    /// Looks for library and model; loads nothing.
    ///
    /// - Throws: `SettingsError` that says what is missing.
    init(settings: ServerSettings) throws(SettingsError) {
        let speech = settings.speech
        let library = settings.engine.sherpaLibrary ?? InstalledFiles.expectedPath(SherpaInstallation.libraryPath)
        self.library = library
        threads = speech.threads ?? ProcessInfo.processInfo.activeProcessorCount
        voice = speech.voice
        names = speech.names ?? VoiceNames()

        let models = try ModelLibrary(settings: settings.models)
        let wish = speech.model ?? Self.defaultModel
        let setting: PartialKeyPath<ServerSettings> = speech.model == nil ? \.speech.choice : \.speech.model
        model = try SettingsError.naming(setting, problem: { "needs what is not there. \($0)." }) {
            guard FileManager.default.fileExists(atPath: library) else {
                throw NeuralVoiceError.noLibrary(path: library, reason: "there is no such file")
            }
            return try Self.model(wish, models: models)
        }

        try check()
    }

    private static func model(_ wish: String, models: ModelLibrary) throws(NeuralVoiceError) -> NeuralVoiceModel {
        if wish.contains("/") { return try NeuralVoiceModel(folder: wish) }
        let entry = try? models.catalogue.entry(named: wish)
        let folder = models.store.path(of: wish)
        if let entry, entry.task != .speech {
            throw .noModel(folder: folder ?? wish, reason: "\(wish) does not speak")
        }
        guard let folder else {
            let pull = entry.map { "steno models pull \($0.name)" + ($0.isPinned ? "" : " --unpinned") }
            let reason = pull.map { "to fetch it: \($0)" } ?? "the catalogue has no \(wish.prefix(64))"
            throw .noModel(folder: models.store.intendedPath(of: wish), reason: reason)
        }

        return try NeuralVoiceModel(folder: folder)
    }

    /// Whether the voices that settings name are the model's.
    private func check() throws(SettingsError) {
        let known = model.speakers
        let allowed = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? " and more" : "")
        if let voice, !known.contains(voice.lowercased()) {
            let problem = "is \(voice), which \(model.name) does not have; it has \(allowed)."
            throw SettingsError(\.speech.voice, problem: problem)
        }
        if let target = names.targets.values.sorted().first(where: { !known.contains($0.lowercased()) }) {
            let problem = "has \(target), which \(model.name) does not have; it has \(allowed)."
            throw SettingsError(\.speech.names, problem: problem)
        }
    }
}
