import Models

/// Finds names that someone may have meant as a setting.
public enum SettingNames {
    /// What else of Steno reads the environment.
    private static let others: Set<String> = ["STENO_API_KEY", "STENO_BINARY"]
    private static let known = Setting.all.map(\.name)

    /// The setting that a name is a misspelling of, if it is close to one.
    ///
    /// In a short name one letter may differ, else two, so that `HOME` is not taken for `HOST`.
    public static func nearest(to name: String) -> String? {
        guard let nearest = NearestName(of: name, among: known).name else { return nil }
        let allowed = nearest.count < 8 ? 1 : 2
        let distance = NearestName.distance(Array(name.uppercased()), Array(nearest))
        return nearest.count > 3 && distance <= allowed ? nearest : nil
    }

    /// One sentence for each name of the environment that looks like a setting and is none.
    public static func warnings(environment names: some Collection<String>) -> [String] {
        names.sorted().compactMap { name in
            guard !isKnown(name) else { return nil }
            let nearest = nearest(to: name)
            guard nearest != nil || name.hasPrefix("STENO_") else { return nil }
            return "The environment has \(name), which is no setting\(suggestion(nearest))"
        }
    }

    /// One sentence for each line of the file `.env` that does nothing.
    public static func warnings(file: EnvironmentFile) -> [String] {
        file.brokenLines.map { "Line \($0) of .env is not NAME=VALUE, and does nothing." }
            + file.values.keys.sorted().filter { !isKnown($0) }
            .map { ".env has \($0), which is no setting\(suggestion(nearest(to: $0)))" }
    }

    private static func isKnown(_ name: String) -> Bool { known.contains(name) || others.contains(name) }

    private static func suggestion(_ name: String?) -> String { name.map { "; did you mean \($0)?" } ?? "." }
}
