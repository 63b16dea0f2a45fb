import ArgumentParser
import Logging
import Settings
import StenoServer

/// `steno serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve speech-to-text over WebSocket and HTTP.",
        usage: "steno serve [--SETTING VALUE ...]",
        discussion: """
            Every setting may come from the command line, from the environment (--vad-threshold is VAD_THRESHOLD), or \
            from a file .env in the current folder; the first of these wins. Defaults are in brackets.


            """ + SettingsDocument.help
    )

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var settings: [String] = []

    func run() async throws {
        let options = try SettingOptions(settings)
        let file = try SettingOptions.file
        let values = options.values(file: file)
        let settings = try values.read { () throws(SettingsError) in try ServerSettings(reading: values) }
        let log = LogWriter(format: settings.logFormat)
        defer { log.close() }
        var logger = Logger(label: "steno") { log.handler(label: $0) }
        logger.logLevel = settings.logLevel
        try await withLogger(logger) { logger in
            let server = try values.read { () throws(SettingsError) in
                try Server(settings: settings, logger: logger, log: log) {
                    options.values(file: try SettingOptions.file)
                }
            }
            for warning in SettingOptions.warnings(file: file) { logger.warning("\(warning)") }
            try await server.run()
        }
    }
}
