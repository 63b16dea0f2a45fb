import Characters
import Logging
import Settings

/// Opens the database of characters, where it may be opened.
struct CharacterStoreFactory {
    let settings: StorageSettings
    let logger: Logger

    /// The database; `nil` where nobody chose a place for it and the usual one cannot be used, and where the disk is full or
    /// the file damaged: that comes over night, and must not end what needs no characters.
    ///
    /// - Throws: `SettingsError` when a place that an operator chose cannot be used.
    func open() throws(SettingsError) -> CharacterStore? {
        let location: CharacterStore.Location
        let isChosen: Bool
        switch StorageLocation(settings: settings) {
        case .memory: (location, isChosen) = (.memory, true)
        case .file(let path, let chosen): (location, isChosen) = (.file(path), chosen)
        }
        do throws(CharacterError) {
            return try CharacterStore(location, retentionDays: settings.retentionDays)
        } catch {
            let reason = error.detail ?? "\(error)"
            if case .storage(_, isBroken: true) = error {
                logger.error(
                    """
                    There are no characters: the disk is full, or their database is damaged. Free space on the disk, or put a \
                    copy of the database in its place, and start the server again.
                    """,
                    metadata: ["error": "\(reason)"]
                )
                return nil
            }
            if isChosen {
                let path: PartialKeyPath<ServerSettings> =
                    settings.directory == nil ? \.storage.database : \.storage.directory
                throw SettingsError(path, problem: "cannot be used for the database of characters: \(reason).")
            }
            logger.warning(
                "There are no characters: their database cannot be opened. Set STATE_DIR to a folder that can be written.",
                metadata: ["error": "\(reason)"]
            )
            return nil
        }
    }
}
