import ArgumentParser
import Logging
import StenoServer

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
        let options = try SettingOptions(settings)
        let file = try SettingOptions.file
        let settings = try await options.read(file: file) { config throws(SettingsError) in
            try await ServerSettings(config: config)
        }
        let log = LogWriter()
        defer { log.close() }
        var logger = Logger(label: "steno") { StreamLogHandler(label: $0, stream: log) }
        logger.logLevel = settings.logLevel
        try await withLogger(logger) { logger in
            for warning in SettingOptions.warnings(file: file) { logger.warning("\(warning)") }
            let server = Server(settings: settings, logger: logger, log: log) { try options.config }
            try await server.run()
        }
    }
}
