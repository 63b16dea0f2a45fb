/// The catalogue as text: a line for each model.
public struct ModelTable {
    /// A model and the folder where it is, if it is there.
    public typealias Row = (entry: CatalogueEntry, path: String?)

    private static let heading = [
        "NAME", "TASK", "LANGUAGES", "SIZE", "LICENCE", "MEMORY", "SPEED", "SHA-256", "SOURCE", "INSTALLED",
    ]

    private let rows: [Row]
    private let source: ModelSource

    public init(rows: [Row], source: ModelSource) {
        self.rows = rows
        self.source = source
    }

    /// Lines without line breaks, of which the first is the heading.
    ///
    /// A dash stands for what is not known.
    public var lines: [String] {
        let cells = [Self.heading] + rows.map(cells)
        let widths = Self.heading.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let padded = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }

    private func cells(_ row: Row) -> [String] {
        let entry = row.entry
        let languages = entry.languages.count > 5 ? "\(entry.languages.count)" : entry.languages.joined(separator: ",")
        return [
            entry.name,
            entry.task.rawValue,
            languages,
            entry.size.map(ByteCount.text) ?? "-",
            entry.license,
            entry.memory.map { "\(Int($0)) MB" } ?? "-",
            entry.speed.map { "\($0)" } ?? "-",
            entry.sha256.map { "\($0.prefix(12))" } ?? "unpinned",
            source.host(entry.url),
            row.path ?? "-",
        ]
    }
}

/// Numbers of bytes for people.
public enum ByteCount {
    /// In units of a thousand: `56 MB`.
    public static func text(_ bytes: Int) -> String {
        switch bytes {
        case ..<10_000: "\(bytes) B"
        case ..<10_000_000: "\(bytes / 1_000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}
