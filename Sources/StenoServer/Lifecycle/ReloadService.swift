import Logging
import ServerTLS
import ServiceLifecycle
import Settings
import UnixSignals

/// Reads the keys and the certificate again on SIGHUP, which would end the process otherwise.
struct ReloadService: Service, CustomStringConvertible {
    private let authenticator: Authenticator
    private let tls: ServerTLS?
    private let readValues: @Sendable () throws -> SettingValues
    private let logger: Logger
    private let signals: UnixSignalsSequence
    /// What was given at the start.
    private let initial: SettingValues

    /// The group of services writes its members to the log, and the settings hold secrets.
    var description: String { "ReloadService" }

    init(
        authenticator: Authenticator,
        tls: ServerTLS?,
        readValues: @escaping @Sendable () throws -> SettingValues,
        logger: Logger
    ) async throws {
        self.authenticator = authenticator
        self.tls = tls
        self.readValues = readValues
        self.logger = logger
        signals = await UnixSignalsSequence(trapping: .sighup)
        initial = try readValues()
    }

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() { await reload() }
    }

    func reload() async {
        reloadKeys()
        reloadCertificate()
    }

    /// A pair of files that cannot be used changes nothing; connections under way keep the certificate that they have.
    private func reloadCertificate() {
        guard let tls else { return }
        do throws(CertificateError) {
            try tls.reload()
            logger.notice("Reloaded the certificate", metadata: ["steno.tls.expires": "\(TLSExpiry(tls))"])
        } catch {
            let setting = error.isAboutKey ? "TLS_KEY" : "TLS_CERT"
            let message = "Cannot reload the certificate; the old one stays in use"
            logger.error("\(message)", metadata: ["error": "\(setting) \(error)"])
        }
    }

    /// Keys that cannot be used, or none where there were some, change nothing.
    private func reloadKeys() {
        do {
            let values = try readValues()
            let settings = try ServerSettings(reading: values, only: [.access])
            let keys = try AccessRules.keys(settings.access)
            if keys.isEmpty, !authenticator.keys.isEmpty {
                throw SettingsError(\.access.keys, problem: "has no keys, which would open the server to everyone.")
            }
            let change = authenticator.replaceKeys(by: keys)
            logger.notice("Reloaded the API keys", metadata: Self.metadata(change, others: changes(in: values)))
        } catch {
            logger.error("Cannot reload; everything stays as it was", metadata: ["error": "\(error)"])
        }
    }

    /// Settings other than keys that differ from the start, and count only after the next one.
    private func changes(in values: SettingValues) -> [String] {
        let reloaded: [PartialKeyPath<ServerSettings>] = [\.access.keys, \.access.keysFile]
        return Setting.all.filter { !reloaded.contains($0.path) && values[$0] != initial[$0] }.map(\.name)
    }

    private static func metadata(_ change: APIKeys.Change, others: [String]) -> Logger.Metadata {
        [
            "steno.keys.added": "\(change.added.joined(separator: ","))",
            "steno.keys.changed": "\(change.changed.joined(separator: ","))",
            "steno.keys.removed": "\(change.removed.joined(separator: ","))",
            "steno.settings.after_restart": "\(others.joined(separator: ","))",
        ].filter { !$0.value.description.isEmpty }
    }
}
