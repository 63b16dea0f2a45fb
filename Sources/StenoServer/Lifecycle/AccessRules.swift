import Settings

/// Who may use the server, as the settings say.
struct AccessRules: Sendable {
    /// Without any the server is open.
    let keys: APIKeys
    let origins: AllowedOrigins
    let hosts: AllowedHosts

    /// Reads the lists, and the file of keys.
    ///
    /// - Throws: `SettingsError` for the first that cannot be used.
    init(settings: ServerSettings) throws(SettingsError) {
        let (host, access) = (settings.host, settings.access)
        keys = try Self.keys(access)
        origins = try SettingsError.naming(\.access.origins, problem: { "\($0)" }) {
            try AllowedOrigins(parsing: access.origins ?? "")
        }
        hosts = try SettingsError.naming(\.access.hosts, problem: { "\($0)" }) {
            try AllowedHosts(listeningOn: host, list: access.hosts)
        }
    }

    /// The keys of the list, or of the file.
    ///
    /// - Throws: `SettingsError` when they cannot be used; it shows none of them.
    static func keys(_ access: AccessSettings) throws(SettingsError) -> APIKeys {
        guard let path = access.keysFile else {
            return try SettingsError.naming(\.access.keys, problem: { "\($0)" }) {
                try access.keys.map { try APIKeys(parsing: $0.text) } ?? APIKeys()
            }
        }

        if access.keys != nil {
            throw SettingsError(\.access.keysFile, problem: "and API_KEYS exclude each other.")
        }
        let unreadable = "names a file that cannot be read as text."
        return try SettingsError.naming(
            \.access.keysFile,
            problem: { ($0 as? APIKeysError)?.description ?? unreadable },
            work: { try APIKeys(file: path) }
        )
    }
}
