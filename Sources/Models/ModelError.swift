/// Why a model is not there, in one sentence for the operator.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    case badCatalogue(source: String, reason: String)
    case unknown(name: String, nearest: String?)
    /// There is no SHA-256 to check it against.
    case unpinned(name: String)
    /// No folder for models can be written.
    case noFolder(path: String)
    case notInstalled(name: String)
    /// `MODELS_OFFLINE` forbids to fetch it.
    case offline(name: String, path: String)
    /// No answer, or one that broke off; `kept` bytes are there.
    case unreachable(name: String, host: String, reason: String, folder: String, kept: Int)
    case refused(name: String, host: String, status: Int)
    case wrongChecksum(file: String, expected: String, got: String)
    /// Bytes that are still needed, and bytes that the file system has.
    case diskFull(folder: String, needed: Int, free: Int)
    case cannotWrite(path: String, reason: String)
    case cannotUnpack(name: String, reason: String)
    case cancelled

    public var description: String {
        switch self {
        case .badCatalogue(let source, let reason): "\(source) is no catalogue of models: \(reason)"
        case .unknown(let name, let nearest?): "there is no model '\(name)'; did you mean \(nearest)?"
        case .unknown(let name, nil): "there is no model '\(name)'; steno models list shows all"
        case .unpinned(let name):
            """
            \(name) is not pinned: Steno knows no SHA-256 of it, so what arrives cannot be checked. \
            steno models pull \(name) --unpinned takes it all the same and records the SHA-256
            """
        case .noFolder(let path): "\(path) cannot be written; set MODELS_DIR to a folder that can"
        case .notInstalled(let name): "\(name) is not there; steno models pull \(name) fetches it"
        case .offline(let name, let path):
            "\(name) is not there, and MODELS_OFFLINE forbids to fetch it; put its files into \(path) by hand"
        case .unreachable(let name, let host, let reason, let folder, let kept):
            "\(name) cannot be fetched from \(host) (\(reason)); "
                + (kept > 0 ? "\(kept) bytes are kept, and the next pull goes on there. " : "")
                + "Without a network put its files into \(folder)/\(name) by hand (MODELS_DIR sets the folder), "
                + "or set MODELS_SOURCE to a mirror"
        case .refused(let name, let host, let status): "\(host) answers \(status) when asked for \(name)"
        case .wrongChecksum(let file, let expected, let got):
            "\(file) is not the expected file: its SHA-256 should be \(expected) and is \(got)"
        case .diskFull(let folder, let needed, let free):
            "the disk of \(folder) is full: at least \(needed) bytes more are needed, \(free) are free"
        case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
        case .cannotUnpack(let name, let reason): "the archive of \(name) cannot be unpacked: \(reason)"
        case .cancelled: "the download was cancelled"
        }
    }
}
