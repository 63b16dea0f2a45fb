public import Models

/// The models that there are and that can be fetched.
public struct ModelLibrary: Equatable, Sendable {
    public let store: ModelStore
    public let catalogue: ModelCatalogue
    public let source: ModelSource
    /// Whether nothing may be fetched.
    public let isOffline: Bool

    /// Reads the catalogue.
    ///
    /// - Throws: `SettingsError` when it cannot be used.
    public init(settings: ModelSettings) throws(SettingsError) {
        store = ModelStore(directory: settings.directory)
        source = ModelSource(mirror: settings.mirror)
        isOffline = settings.isOffline
        catalogue = try SettingsError.naming(\.models.catalogue, problem: { "cannot be used: \($0)." }) {
            var catalogue = try ModelCatalogue.builtIn()
            if let file = settings.catalogue { try catalogue.add(file: file) }
            return catalogue
        }
    }

    /// How to fetch the model of an entry.
    public func pull(_ entry: CatalogueEntry, allowsUnpinned: Bool = false) -> ModelPull {
        ModelPull(entry: entry, store: store, source: source, allowsUnpinned: allowsUnpinned)
    }
}
