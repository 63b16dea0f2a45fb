/// One thing that an operator may set: a row of the table.
///
/// `SettingSection.all` is the table. All that is read, checked, helped and documented comes from its rows.
public struct Setting: Sendable {
    /// The name in the environment.
    public let name: String
    public let kind: SettingKind
    /// What it is for.
    public let help: String
    /// What counts when it is not set, as it would be written; `nil` where that depends on something else.
    public let defaultText: String?
    /// What counts when it is not set, for readers; `nil` where nothing does.
    public let defaultHelp: String?

    /// Where its value goes.
    public let path: any PartialKeyPath<ServerSettings> & Sendable
    /// Stores what a text stands for; `false` where it stands for nothing that is allowed.
    let store: @Sendable (_ text: String, _ settings: inout ServerSettings) -> Bool

    /// The name as an option of the command line, without the dashes: `vad-threshold` for `VAD_THRESHOLD`.
    public var option: String { name.lowercased().replacing("_", with: "-") }

    /// Whether its value must not be shown.
    public var isSecret: Bool { kind == .secret }

    /// What it is for, what is allowed, and what counts when it is not set, in one line.
    public var summary: String {
        help + (kind.allowed.map { ": \($0)" } ?? "") + (defaultHelp.map { " (\($0))" } ?? "")
    }

    /// The setting that has a name, if there is one.
    public init?(named name: String) {
        guard let setting = Self.all.first(where: { $0.name == name }) else { return nil }
        self = setting
    }

    /// Every setting, in the order of the table.
    public static let all = SettingSection.all.flatMap(\.settings)
}

extension Setting {
    /// A setting that counts whether or not it is set: its default is what `ServerSettings()` has.
    ///
    /// - Parameter explained: What the default means.
    init<Value>(
        _ name: String,
        at path: any WritableKeyPath<ServerSettings, Value> & Sendable,
        is format: SettingFormat<Value>,
        for help: String,
        explained: String? = nil
    ) {
        let defaultText = format.text(ServerSettings()[keyPath: path])
        let defaultHelp = explained.map { "\(defaultText): \($0)" } ?? defaultText
        self.init(name, help: help, defaultText: defaultText, defaultHelp: defaultHelp, path: path, format: format)
    }

    /// A setting that may be absent.
    ///
    /// - Parameters:
    ///   - value: What counts then, if that is one value.
    ///   - absent: What happens then, in words.
    init<Value>(
        _ name: String,
        at path: any WritableKeyPath<ServerSettings, Value?> & Sendable,
        is format: SettingFormat<Value>,
        for help: String,
        default value: Value? = nil,
        absent: String? = nil
    ) {
        let text = value.map(format.text)
        self.init(name, help: help, defaultText: text, defaultHelp: absent ?? text, path: path, format: format.optional)
    }

    private init<Value>(
        _ name: String,
        help: String,
        defaultText: String?,
        defaultHelp: String?,
        path: any WritableKeyPath<ServerSettings, Value> & Sendable,
        format: SettingFormat<Value>
    ) {
        self.name = name
        self.kind = format.kind
        self.help = help
        self.defaultText = defaultText
        self.defaultHelp = defaultHelp
        self.path = path
        store = { text, settings in
            guard let value = format.parse(text) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }
}

/// Settings that belong together.
public struct SettingSection: Sendable {
    public let heading: String
    public let settings: [Setting]
}
