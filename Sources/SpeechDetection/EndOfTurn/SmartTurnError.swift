/// Why the end-of-turn model cannot be used.
///
/// For the operator: `description` may hold paths and the library's own words.
public enum SmartTurnError: Error, Equatable, Sendable, CustomStringConvertible {
    case noModel(path: String)
    case noLibrary(path: String, reason: String)
    /// The file is there, but the library refuses it, or it is another model.
    case unusableModel(path: String, reason: String)
    case outOfMemory
    /// The system gave no thread; `code` is an `errno`.
    case noThread(code: Int32)

    public var description: String {
        switch self {
        case .noModel(let path):
            "There is no end-of-turn model '\(path)'; ./entrypoint.sh setup fetches it, and so does "
                + "`steno models pull \(SmartTurn.modelName)`"
        case .noLibrary(let path, let reason):
            "onnxruntime cannot be loaded from \(path) (\(reason)); ./entrypoint.sh setup fetches it"
        case .unusableModel(let path, let reason):
            "onnxruntime cannot use the end-of-turn model '\(path)' (\(reason)); fetch it again"
        case .outOfMemory: "No memory for the end-of-turn model"
        case .noThread(let code): "No thread for the end-of-turn model (error \(code))"
        }
    }
}
