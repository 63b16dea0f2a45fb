import GRDB

/// Why the spool cannot be used, or not now.
///
/// `description` is for the log and for operators. It names files and codes, and holds nothing that was spoken.
public enum SpoolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is kept would be more than may be.
    case full
    /// Another process has the folder.
    case inUse(folder: String)
    /// Disk or database failed.
    case storage(String)

    public var description: String {
        switch self {
        case .full: "The spool is full."
        case .inUse(let folder): "Another server uses \(folder). Give each server a folder of its own."
        case .storage(let detail): detail
        }
    }

    init(storing error: any Error) {
        switch error {
        case let error as SpoolError: self = error
        case let error as DatabaseError:
            self = .storage("SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "")")
        default: self = .storage("\(error)")
        }
    }
}
