import ArgumentParser
import Configuration
import Logging
import StenoServer
import SystemPackage

/// `steno serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve speech-to-text over WebSocket and HTTP.",
        usage: "steno serve [--SETTING VALUE ...]",
        discussion: """
            Every setting may come from the command line, from the environment (--vad-threshold is VAD_THRESHOLD), or \
            from a file .env in the current folder; the first of these wins. Defaults are in brackets:


            """ + Setting.allCases.map { "  --\($0.option)\n      \($0.help)" }.joined(separator: "\n")
    )

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var settings: [String] = []

    func run() async throws {
        let config = try await SettingOptions(settings).config
        let settings = try await ServerSettings(config: config)
        let log = LogWriter()
        defer { log.close() }
        var logger = Logger(label: "steno") { StreamLogHandler(label: $0, stream: log) }
        logger.logLevel = settings.logLevel
        try await withLogger(logger) { logger in
            try await Server(settings: settings, logger: logger, log: log).run()
        }
    }
}

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
                throw ValidationError("'\(argument)' is no setting. See steno serve --help.")
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                throw ValidationError("'\(argument)' needs a value.")
            }
            values[setting.rawValue] = value
        }
    }

    /// These, then the environment, then a file `.env` in the current folder.
    var config: ConfigReader {
        get async throws {
            let environmentFile = try await EnvironmentVariablesProvider(
                environmentFilePath: ".env",
                allowMissing: true
            )
            return ConfigReader(providers: [
                EnvironmentVariablesProvider(environmentVariables: values),
                EnvironmentVariablesProvider(),
                environmentFile,
            ])
        }
    }

    private static func setting(option: Substring) -> Setting? {
        Setting.allCases.first { $0.option == option }
    }
}
