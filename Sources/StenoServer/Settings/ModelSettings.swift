public import Configuration
public import Models

/// Where models lie and come from.
public struct ModelSettings: Equatable, Sendable {
    private enum Switch: String, CaseIterable {
        case on
        case off
        case one = "1"
        case zero = "0"
    }

    public var store: ModelStore
    public var catalogue: ModelCatalogue
    public var source: ModelSource
    /// Whether nothing may be fetched.
    public var isOffline: Bool

    /// - Throws: `SettingsError` for the first value that cannot be used.
    public init(config: ConfigReader) async throws(SettingsError) {
        try await self.init(SettingReader(config: config))
    }

    init(_ reader: SettingReader) async throws(SettingsError) {
        store = ModelStore(directory: try await reader.string(.modelsDirectory))
        let offline = try await reader.choice(.modelsOffline, Switch.self)
        isOffline = offline == .on || offline == .one

        let mirror = try await reader.string(.modelsSource)
        if let mirror, !mirror.hasPrefix("https://"), !mirror.hasPrefix("http://") {
            throw SettingsError(.modelsSource, value: mirror, allowed: "an address such as http://127.0.0.1:8080")
        }
        source = ModelSource(mirror: mirror)

        do {
            catalogue = try ModelCatalogue.builtIn()
            if let file = try await reader.string(.modelsCatalogue) { try catalogue.add(file: file) }
        } catch let error as ModelError {
            throw SettingsError(.modelsCatalogue, problem: "cannot be used: \(error).")
        } catch let error as SettingsError {
            throw error
        } catch {
            throw SettingsError(.modelsCatalogue, problem: "cannot be used: \(error).")
        }
    }

    /// How to fetch the model of an entry.
    public func pull(_ entry: CatalogueEntry, allowsUnpinned: Bool = false) -> ModelPull {
        ModelPull(entry: entry, store: store, source: source, allowsUnpinned: allowsUnpinned)
    }
}
