import Logging
import Models
import Settings

/// Fetches the engine's model before it is loaded, if it is one of the catalogue and not there.
struct ModelFetch {
    let installation: SherpaInstallation
    let logger: Logger

    /// - Returns: The model's folder.
    /// - Throws: `ModelError`.
    func folder() async throws -> String {
        guard installation.isPulled, let entry = installation.entry else { return installation.folder }

        let pull = installation.models.pull(entry)
        var metadata: Logger.Metadata = ["steno.engine.model": "\(entry.name)", "steno.models.host": "\(pull.host)"]
        if let size = entry.size { metadata["steno.models.bytes"] = "\(size)" }
        logger.notice("Fetching the model, which is not there yet", metadata: metadata)

        let folder = try await pull.run { [logger] event in
            switch event {
            case .waiting: logger.notice("Another process fetches the model; waiting for it")
            case .startedOver: logger.notice("The server cannot resume the download, which starts over")
            case .connecting, .received, .checking, .unpacking: break
            }
        }
        logger.notice("Fetched the model", metadata: ["steno.models.folder": "\(folder)"])
        return folder
    }
}
