import Foundation
import Models
public import SpeechDetection

/// What the settings and this machine lead to for the end of turns; nothing of it is loaded yet.
public struct EndOfTurnInstallation: Equatable, Sendable {
    /// The files of Smart Turn, or `nil` where silence alone decides.
    private struct Files: Equatable {
        var model: String
        var library: String
    }

    /// The probability from which a turn counts as over.
    public let threshold: Float
    private var files: Files?
    /// Why the choice was left to the server and did not fall on Smart Turn.
    public private(set) var fallbackReason: SmartTurnError?
    private let threads: Int

    /// Looks for the files.
    ///
    /// - Throws: `SettingsError` when Smart Turn is asked for by name and its files are not there.
    public init(settings: ServerSettings) throws(SettingsError) {
        threshold = settings.endOfTurn.threshold
        threads = ProcessInfo.processInfo.activeProcessorCount
        guard settings.endOfTurn.choice != .vad else { return }
        let files = Files(
            model: settings.endOfTurn.model ?? Self.model(in: ModelStore(directory: settings.models.directory)),
            library: Self.library(besides: settings.engine.sherpaLibrary)
        )
        do {
            try Self.check(files)
            self.files = files
        } catch {
            if settings.endOfTurn.choice == .smart {
                throw SettingsError(\.endOfTurn.choice, problem: "is smart, which cannot be used. \(error).")
            }
            fallbackReason = error
        }
    }

    /// Whether Smart Turn is to be loaded.
    public var hasModel: Bool { files != nil }

    /// Loads Smart Turn, as many threads as there are cores, with a call on each at most; takes a fraction of a second.
    ///
    /// - Returns: `nil` where silence alone decides.
    /// - Throws: `SmartTurnError` when the files cannot be used.
    public func load() async throws(SmartTurnError) -> SmartTurn? {
        guard let files else { return nil }
        return try await SmartTurn.load(model: files.model, library: files.library, threads: threads)
    }

    private static func model(in store: ModelStore) -> String {
        let folder = store.path(of: SmartTurn.modelName) ?? store.intendedPath(of: SmartTurn.modelName)
        return folder + "/" + SmartTurn.modelFile
    }

    /// onnxruntime comes with sherpa-onnx, and lies in the same folder.
    private static func library(besides sherpa: String?) -> String {
        guard let sherpa else { return InstalledFiles.expectedPath(SmartTurn.libraryPath) }
        let name = URL(filePath: SmartTurn.libraryPath).lastPathComponent
        return URL(filePath: sherpa).deletingLastPathComponent().appending(path: name).path
    }

    private static func check(_ files: Files) throws(SmartTurnError) {
        let manager = FileManager.default
        guard manager.fileExists(atPath: files.model) else { throw .noModel(path: files.model) }
        guard manager.fileExists(atPath: files.library) else {
            throw .noLibrary(path: files.library, reason: "there is no such file")
        }
    }
}
