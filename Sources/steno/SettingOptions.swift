import ArgumentParser
import Foundation
import Settings

/// Settings given as options: `--port 9000` or `--port=9000`.
struct SettingOptions {
    /// Values by the setting's name in the environment.
    private(set) var values: [String: String] = [:]

    /// - Throws: `ValidationError` for an option that is no setting, or has no value.
    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard argument.hasPrefix("--"), let setting = Self.setting(option: parts[0].dropFirst(2)) else {
                throw ValidationError("'\(argument)' is no setting\(Self.suggestion(parts[0])) See steno serve --help.")
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                throw ValidationError("'\(argument)' needs a value.")
            }
            values[setting.name] = value
        }
    }

    /// The file `.env` in the current folder, as it is now.
    static var file: EnvironmentFile {
        get throws { try EnvironmentFile(path: ".env") }
    }

    /// These values, then those of the environment, then those of a file.
    func values(file: EnvironmentFile) -> SettingValues {
        SettingValues(options: values, environment: ProcessInfo.processInfo.environment, file: file.values)
    }

    /// What looks like a setting and is none, as sentences.
    static func warnings(file: EnvironmentFile) -> [String] {
        SettingNames.warnings(environment: ProcessInfo.processInfo.environment.keys)
            + SettingNames.warnings(file: file)
    }

    private static func setting(option: Substring) -> Setting? {
        Setting.all.first { $0.option == option }
    }

    private static func suggestion(_ option: Substring) -> String {
        let name = option.drop { $0 == "-" }.uppercased().replacing("-", with: "_")
        guard let nearest = SettingNames.nearest(to: name), let setting = Setting(named: nearest) else { return "." }
        return "; did you mean --\(setting.option)?"
    }
}
