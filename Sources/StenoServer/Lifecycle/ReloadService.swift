import Configuration
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads the keys again on SIGHUP, which would end the process otherwise.
struct ReloadService: Service, CustomStringConvertible {
    private let authenticator: Authenticator
    private let readConfig: @Sendable () async throws -> ConfigReader
    private let logger: Logger
    private let signals: UnixSignalsSequence
    /// What each setting was at the start.
    private let initial: [Setting: String]

    /// The group of services writes its members to the log, and the settings hold secrets.
    var description: String { "ReloadService" }

    init(
        authenticator: Authenticator,
        readConfig: @escaping @Sendable () async throws -> ConfigReader,
        logger: Logger
    ) async throws {
        self.authenticator = authenticator
        self.readConfig = readConfig
        self.logger = logger
        signals = await UnixSignalsSequence(trapping: .sighup)
        initial = try await Self.values(SettingReader(config: try await readConfig()))
    }

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { await reload() }
    }

    /// Keys that cannot be used, or none where there were some, change nothing.
    func reload() async {
        do {
            let reader = SettingReader(config: try await readConfig())
            let keys = try await ServerSettings.apiKeys(reader)
            if keys.isEmpty, !authenticator.keys.isEmpty {
                throw SettingsError(.apiKeys, problem: "has no keys, which would open the server to everyone.")
            }
            let others = try await changedSettings(reader)
            let change = authenticator.replaceKeys(by: keys)
            logger.notice("Reloaded the API keys", metadata: Self.metadata(change, others))
        } catch {
            logger.error("Cannot reload; everything stays as it was", metadata: ["error": "\(error)"])
        }
    }

    /// Settings that differ from the start, and count only after the next one.
    private func changedSettings(_ reader: SettingReader) async throws(SettingsError) -> [String] {
        let now = try await Self.values(reader)
        return Setting.allCases.filter { now[$0] != initial[$0] }.map(\.rawValue)
    }

    private static func values(_ reader: SettingReader) async throws(SettingsError) -> [Setting: String] {
        var values: [Setting: String] = [:]
        for setting in Setting.allCases where setting != .apiKeys && setting != .apiKeysFile {
            values[setting] = try await reader.string(setting)
        }
        return values
    }

    private static func metadata(_ change: APIKeys.Change, _ others: [String]) -> Logger.Metadata {
        [
            "steno.keys.added": "\(change.added.joined(separator: ","))",
            "steno.keys.changed": "\(change.changed.joined(separator: ","))",
            "steno.keys.removed": "\(change.removed.joined(separator: ","))",
            "steno.settings.after_restart": "\(others.joined(separator: ","))",
        ].filter { !$0.value.description.isEmpty }
    }
}
