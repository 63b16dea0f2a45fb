/// Why PocketSphinx cannot start or cannot decode.
///
/// For the operator: `description` may hold paths and PocketSphinx's own words.
public enum PocketSphinxError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file of the model is missing, is a folder or may not be read.
    case unreadableFile(String)
    /// The files are there, but PocketSphinx refuses them.
    case unusableModel(folder: String, reason: String)
    case outOfMemory
    /// The system gave no thread; `code` is an `errno`.
    case noThread(code: Int32)
    case decodingFailed(reason: String)
    /// The model was not wanted any more before it had been read.
    case cancelled

    public var description: String {
        switch self {
        case .unreadableFile(let path):
            "PocketSphinx model file \(path) cannot be read; Debian's package pocketsphinx-en-us has the model and "
                + "puts it in \(PocketSphinxModel.defaultFolder)"
        case .unusableModel(let folder, let reason):
            "PocketSphinx cannot load the model in \(folder); install pocketsphinx-en-us again (\(reason))"
        case .outOfMemory: "No memory for a PocketSphinx decoder"
        case .noThread(let code): "No thread for a PocketSphinx decoder (error \(code)); lower the number of threads"
        case .decodingFailed(let reason): "PocketSphinx failed on an utterance (\(reason))"
        case .cancelled: "Loading PocketSphinx was cancelled"
        }
    }
}
