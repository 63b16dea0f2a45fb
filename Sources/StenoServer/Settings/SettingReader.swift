import Configuration

/// Reads settings so that a bad value is an error that names the setting.
///
/// Every value is fetched as a string and parsed here: the readers of swift-configuration that take a default return it
/// for a malformed value too. An empty value counts as not set, as composed environments leave them.
struct SettingReader {
    let config: ConfigReader

    func string(_ setting: Setting) async throws(SettingsError) -> String? {
        let key = ConfigKey(setting.rawValue.lowercased().split(separator: "_").map(String.init))
        do {
            let value = try await config.fetchString(forKey: key, isSecret: setting.isSecret)
            return value.flatMap { $0.isEmpty ? nil : $0 }
        } catch {
            throw SettingsError(setting, value: nil, allowed: "text")
        }
    }

    func integer(_ setting: Setting, in range: ClosedRange<Int>) async throws(SettingsError) -> Int? {
        guard let value = try await string(setting) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            let allowed = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw SettingsError(setting, value: value, allowed: allowed)
        }
        return number
    }

    func number(_ setting: Setting, in range: ClosedRange<Double>) async throws(SettingsError) -> Double? {
        guard let value = try await string(setting) else { return nil }
        guard let number = Double(value), range.contains(number) else {
            throw SettingsError(
                setting,
                value: value,
                allowed: "a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ setting: Setting,
        _ type: Choice.Type = Choice.self
    ) async throws(SettingsError) -> Choice? where Choice.RawValue == String {
        guard let value = try await string(setting) else { return nil }
        guard let choice = Choice(rawValue: value) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(setting, value: value, allowed: allowed)
        }
        return choice
    }
}

/// A setting that stops the start.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// The setting's name in the environment.
    public var setting: String
    /// What was wrong, as a sentence without the name.
    public var problem: String

    init(_ setting: Setting, problem: String) {
        self.setting = setting.rawValue
        self.problem = problem
    }

    init(_ setting: Setting, value: String?, allowed: String) {
        self.init(setting, problem: value.map { "is '\($0)'; allowed: \(allowed)." } ?? "must be \(allowed).")
    }

    public var description: String { "\(setting) \(problem)" }
}
