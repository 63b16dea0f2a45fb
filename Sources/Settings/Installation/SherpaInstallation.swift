import Foundation
public import Models
import Transcription

/// What there is on this machine for the embedded neural engine.
public struct SherpaInstallation: Equatable, Sendable {
    /// The model that setup puts there.
    static let defaultModel = "moonshine-tiny-en"
    /// Where setup puts the library, in a folder that is searched for it.
    static let libraryPath = "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"

    /// The model's folder; it need not be there.
    public let folder: String
    /// What the catalogue says of the model, if it has one of this name.
    public let entry: CatalogueEntry?
    /// Whether the model is fetched before it is loaded, since it is not there.
    public let isPulled: Bool
    /// The file of the shared library; it need not be there.
    public let library: String
    /// Utterances decoded at once.
    public let threads: Int
    public let models: ModelLibrary

    /// Looks for library and model.
    ///
    /// - Throws: `SettingsError` when the catalogue of models cannot be used.
    init(settings: ServerSettings) throws(SettingsError) {
        let engine = settings.engine
        models = try ModelLibrary(settings: settings.models)
        if let model = engine.model, model.contains("/") {
            folder = model
            entry = nil
            isPulled = false
        } else {
            let name = engine.model ?? Self.defaultModel
            let found = models.store.path(of: name)
            entry = try? models.catalogue.entry(named: name)
            folder = found ?? models.store.intendedPath(of: name)
            let isWanted = engine.model != nil && !models.isOffline
            isPulled = found == nil && isWanted && entry?.isPinned == true
        }

        library = engine.sherpaLibrary ?? InstalledFiles.expectedPath(Self.libraryPath)
        threads = engine.sherpaThreads ?? ProcessInfo.processInfo.activeProcessorCount
    }

    /// The folder's name, which is the model's.
    public var name: String { URL(filePath: folder).lastPathComponent }

    /// ISO 639-1 code of the only language that the model knows, if it knows one only.
    var onlyLanguage: String? { entry?.onlyLanguage ?? (try? SherpaModel(folder: folder))?.onlyLanguage }

    /// Whether the model tells when each word was said.
    var hasWordTimes: Bool {
        if let model = try? SherpaModel(folder: folder) { return model.kind.hasTimes }
        return entry?.wordTimes ?? false
    }

    /// What the model is for, where that is not what this engine does.
    private var otherTask: String? {
        switch entry?.task {
        case .streaming: "is for streaming, which this engine does not do"
        case .turn: "says when someone has finished, and transcribes nothing"
        case .speech: "speaks, and transcribes nothing; TTS_MODEL takes it"
        case .transcription, nil: nil
        }
    }

    /// Finds out whether the files are there, or can be fetched; loads and fetches nothing.
    ///
    /// - Throws: `SherpaError` that says what is missing.
    func check() throws(SherpaError) {
        guard FileManager.default.fileExists(atPath: library) else {
            throw .noLibrary(path: library, reason: "there is no such file")
        }

        if let problem = otherTask { throw .noModel(folder: folder, reason: "\(name) \(problem)") }
        if isPulled { return }
        do {
            _ = try SherpaModel(folder: folder)
        } catch {
            guard let entry, models.store.path(of: entry.name) == nil else { throw error }
            let pull = "steno models pull \(entry.name)" + (entry.isPinned ? "" : " --unpinned")
            throw .noModel(folder: folder, reason: "to fetch it: \(pull)")
        }
    }
}
