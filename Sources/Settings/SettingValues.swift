/// What was given for settings, as text, by the name that each has in the environment.
public struct SettingValues: Sendable {
    private var options: [String: String]
    private var environment: [String: String]
    private var file: [String: String]

    /// Values from the command line go before those of the environment, and these before those of a file.
    public init(options: [String: String] = [:], environment: [String: String] = [:], file: [String: String] = [:]) {
        self.options = options
        self.environment = environment
        self.file = file
    }

    /// The text that counts for a setting.
    ///
    /// An empty one counts as not set, as composed environments leave it. It hides what comes after it all the same.
    public subscript(setting: Setting) -> String? {
        let given = [options, environment, file].lazy.compactMap { $0[setting.name] }.first
        return given == "" ? nil : given
    }

    /// What `work` makes; an error of it names the option where the value came from the command line.
    public func read<Value>(_ work: () throws(SettingsError) -> Value) throws(SettingsError) -> Value {
        do {
            return try work()
        } catch {
            guard options[error.setting] != nil, let setting = Setting(named: error.setting) else { throw error }
            var error = error
            error.setting = "--" + setting.option
            throw error
        }
    }
}

extension ServerSettings {
    /// Reads the settings of some sections; the others are as they are when nothing is set.
    ///
    /// - Throws: `SettingsError` for the first value that is not allowed.
    public init(
        reading values: SettingValues,
        only sections: [SettingSection] = SettingSection.all
    ) throws(SettingsError) {
        self.init()
        for setting in sections.flatMap(\.settings) {
            guard let text = values[setting] else { continue }
            guard setting.store(text, &self) else { throw SettingsError(setting, text: text) }
        }
    }
}

/// A setting that stops the start.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
    /// The setting's name in the environment, or the option where that is where the value was typed.
    public internal(set) var setting: String
    /// What is wrong, as a sentence without the name.
    public var problem: String

    /// A value that is not allowed.
    init(_ setting: Setting, text: String) {
        self.setting = setting.name
        let given = setting.isSecret ? "is not allowed" : "is '\(text)'"
        problem = "\(given); allowed: \(setting.kind.expectation)."
    }

    /// - Parameter path: Where the table puts the value.
    public init(_ path: PartialKeyPath<ServerSettings>, problem: String) {
        setting = Setting.all.first { $0.path == path }?.name ?? "\(path)"
        self.problem = problem
    }

    /// What `work` makes; an error of it becomes one that names the setting.
    ///
    /// - Parameter problem: What to say of that error.
    public static func naming<Value>(
        _ path: PartialKeyPath<ServerSettings>,
        problem: (any Error) -> String = { "cannot be used. \($0)." },
        work: () throws -> Value
    ) throws(SettingsError) -> Value {
        do {
            return try work()
        } catch {
            throw SettingsError(path, problem: problem(error))
        }
    }

    public var description: String { "\(setting) \(problem)" }
}
