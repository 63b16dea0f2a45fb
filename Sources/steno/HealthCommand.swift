import ArgumentParser
import Settings
import StenoClient

/// `steno health`: whether a server on this machine lives.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the server on HOST and PORT whether it lives; the exit status tells.",
        usage: "steno health [--host HOST] [--port PORT]",
        discussion: """
            HOST, PORT and TLS_CERT come from the command line, the environment or a file .env, as for steno serve. With \
            TLS the certificate is not checked, as it may be for another name than the one that is asked.
            """
    )

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var settings: [String] = []

    func run() async throws {
        let values = try SettingOptions(settings).values(file: try SettingOptions.file)
        let settings = try values.read { () throws(SettingsError) in try ServerSettings(reading: values) }
        let url = try ServerURL(Self.address(settings))
        let status = try await HTTPGet.answer(to: url, access: ServerAccess(isInsecure: true)).status
        guard status == 200 else { throw WrongStatus(url: url, status: status) }
    }

    private struct WrongStatus: Error, CustomStringConvertible {
        var url: ServerURL
        var status: Int

        var description: String { "\(url) answered \(status) instead of 200. Is it a Steno server?" }
    }

    /// Where the server is asked; one that listens on every address is asked on this machine's own.
    private static func address(_ settings: ServerSettings) -> String {
        let host =
            switch settings.host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            default: settings.host
            }
        let authority = host.contains(":") ? "[\(host)]" : host
        return "\(settings.tls.certificate == nil ? "http" : "https")://\(authority):\(settings.port)/health"
    }
}
