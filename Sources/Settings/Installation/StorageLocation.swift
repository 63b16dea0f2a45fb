public import Foundation

/// Where the database of characters lies.
public enum StorageLocation: Equatable, Sendable {
    case memory
    /// - Parameter isChosen: Whether the operator named the folder or the file, so that another will not do.
    case file(String, isChosen: Bool)

    /// - Parameters:
    ///   - environment: That of the process.
    ///   - home: The folder of the user who runs the server.
    public init(
        settings: StorageSettings,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        home: String = FileManager.default.homeDirectoryForCurrentUser.path
    ) {
        let database = settings.database
        guard database != StorageSettings.inMemory else {
            self = .memory
            return
        }

        if database.hasPrefix("/") {
            self = .file(database, isChosen: true)
            return
        }

        var state = home + "/.local/state"

        // The XDG Base Directory Specification has relative paths ignored.
        if let chosen = environment["XDG_STATE_HOME"], chosen.hasPrefix("/") { state = chosen }
        let folder = settings.directory ?? state + "/steno"
        self = .file(folder + "/" + database, isChosen: settings.directory != nil)
    }
}
