/// Why the embedded neural engine cannot start.
///
/// For the operator: `description` may hold paths and the library's own words.
public enum SherpaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Steno was built before `./entrypoint.sh setup` had fetched the engine.
    case notBuiltIn
    case noLibrary(path: String, reason: String)
    /// The folder holds no model that is known here.
    case noModel(folder: String, reason: String)
    /// The files are there, but the library refuses them; it prints the reason itself.
    case unusableModel(folder: String)
    /// The model loads, and hears something else than what is said in a known recording.
    case wrongWords(folder: String, heard: String)
    case outOfMemory
    /// The system gave no thread; `code` is an `errno`.
    case noThread(code: Int32)
    /// The model was not wanted any more before it had been loaded.
    case cancelled

    public var description: String {
        switch self {
        case .notBuiltIn:
            "This executable was built without sherpa-onnx; run ./entrypoint.sh setup, and build again"
        case .noLibrary(let path, let reason):
            "sherpa-onnx cannot be loaded from \(path) (\(reason)); ./entrypoint.sh setup fetches it"
        case .noModel(let folder, let reason):
            "There is no speech model in \(folder) (\(reason)); ./entrypoint.sh setup fetches Moonshine, and "
                + "`steno models pull` others"
        case .unusableModel(let folder):
            "sherpa-onnx cannot load the model in \(folder); fetch its files again"
        case .wrongWords(let folder, let heard):
            "The model in \(folder) hears \"\(heard.prefix(80))\" where \"\(ModelProbe.text)\" is said, so its files do "
                + "not fit together; fetch them again"
        case .outOfMemory: "No memory for the speech model"
        case .noThread(let code): "No thread for the speech model (error \(code)); lower the number of threads"
        case .cancelled: "Loading the speech model was cancelled"
        }
    }
}
