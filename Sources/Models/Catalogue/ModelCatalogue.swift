import FoundationEssentials

/// The models that Steno knows where to get.
public struct ModelCatalogue: Equatable, Sendable {
    /// In the order in which they are listed.
    public private(set) var entries: [CatalogueEntry]

    /// The models that come with Steno.
    public static func builtIn() throws(ModelError) -> ModelCatalogue {
        try ModelCatalogue(json: PackageResources.catalogue_json, source: "the built-in catalogue")
    }

    /// - Parameters:
    ///   - json: An object whose `models` are the entries.
    ///   - source: What the bytes are called in an error.
    /// - Throws: `ModelError.badCatalogue`.
    public init(json: [UInt8], source: String) throws(ModelError) {
        struct Document: Decodable { var models: [CatalogueEntry] }
        do {
            entries = try JSONDecoder().decode(Document.self, from: Data(json)).models
        } catch let error as DecodingError {
            throw .badCatalogue(source: source, reason: Self.reason(error))
        } catch {
            throw .badCatalogue(source: source, reason: "it is not JSON")
        }
        for problem in entries.lazy.compactMap(\.problem) { throw .badCatalogue(source: source, reason: problem) }
    }

    /// Adds the entries of a file, which replace those of the same name.
    public mutating func add(file path: String) throws(ModelError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw .badCatalogue(source: path, reason: "it cannot be read")
        }
        for entry in try ModelCatalogue(json: [UInt8](data), source: path).entries {
            entries.removeAll { $0.name == entry.name }
            entries.append(entry)
        }
    }

    /// - Throws: `ModelError.unknown` with the nearest name.
    public func entry(named name: String) throws(ModelError) -> CatalogueEntry {
        if let entry = entries.first(where: { $0.name == name }) { return entry }
        throw .unknown(name: name, nearest: NearestName(of: name, among: entries.map(\.name)).name)
    }

    private static func reason(_ error: DecodingError) -> String {
        let (context, problem) =
            switch error {
            case .keyNotFound(let key, let context): (context, "lacks \(key.stringValue)")
            case .typeMismatch(_, let context), .valueNotFound(_, let context): (context, "is of another type")
            case .dataCorrupted(let context): (context, "has a value that is not known, or is not JSON")
            @unknown default: (DecodingError.Context(codingPath: [], debugDescription: ""), "cannot be read")
            }
        let path = context.codingPath.map { key in key.intValue.map(String.init) ?? key.stringValue }
        return path.isEmpty ? "it \(problem)" : "\(path.joined(separator: ".")) \(problem)"
    }
}
