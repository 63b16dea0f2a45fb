extension SettingSection {
    static let storage = SettingSection(
        heading: "Characters",
        settings: [
            Setting(
                "STATE_DIR",
                at: \.storage.directory,
                is: .path,
                for: "Folder of what the server keeps: the database of characters and their memory",
                absent: "$XDG_STATE_HOME/steno, or ~/.local/state/steno"
            ),
            Setting(
                "DATABASE",
                at: \.storage.database,
                is: .path,
                for: "File of that database, in STATE_DIR unless it begins with /; :memory: keeps nothing"
            ),
            Setting(
                "RETENTION_DAYS",
                at: \.storage.retentionDays,
                is: .integer(0...3_650, unit: "days"),
                for: "How long messages of characters are kept; 0 stores none"
            ),
        ]
    )
}
