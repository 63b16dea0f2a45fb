import Foundation
import Transcription

/// Which model the embedded neural engine runs, and how.
public struct SherpaSettings: Equatable, Sendable {
    /// The model that setup puts there.
    static let defaultModel = "moonshine-tiny-en"
    /// Where setup puts the library, in a folder that is searched for it.
    static let libraryPath = "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"

    /// The model's folder; it need not be there.
    public var folder: String
    /// Whether an operator chose the model.
    public var isChosen: Bool
    /// The file of the shared library; it need not be there.
    public var library: String
    /// Utterances decoded at once.
    public var threads: Int

    /// The folder's name, which is the model's.
    public var name: String { URL(filePath: folder).lastPathComponent }

    init(_ reader: SettingReader) async throws(SettingsError) {
        let model = try await reader.string(.transcriberModel)
        let path = "models/\(model ?? Self.defaultModel)"
        isChosen = model != nil
        if let model, model.contains("/") {
            folder = model
        } else {
            folder = InstalledFiles.path(path) ?? path
        }
        let file = try await reader.string(.sherpaLibrary)
        library = file ?? InstalledFiles.path(Self.libraryPath) ?? Self.libraryPath
        let cores = ProcessInfo.processInfo.activeProcessorCount
        threads = try await reader.integer(.sherpaThreads, in: 1...256) ?? cores
    }

    /// ISO 639-1 code of the only language that the model knows, if it knows one only.
    var onlyLanguage: String? { (try? SherpaModel(folder: folder))?.onlyLanguage }

    /// Whether the model tells when each word was said.
    var hasWordTimes: Bool { (try? SherpaModel(folder: folder))?.kind.hasTimes ?? false }

    /// Finds out whether the files are there; loads nothing.
    ///
    /// - Throws: `SherpaError` that says what is missing.
    func check() throws(SherpaError) {
        guard FileManager.default.fileExists(atPath: library) else {
            throw .noLibrary(path: library, reason: "there is no such file")
        }
        _ = try SherpaModel(folder: folder)
    }
}
