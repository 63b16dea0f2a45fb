import ArgumentParser
import CAllocator
import Foundation
import Logging
import Settings
import StenoServer

#if canImport(Glibc)
    import Glibc
#endif

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
        heap_configure(Int32(ProcessInfo.processInfo.activeProcessorCount))
        do {
            try await serve()
        } catch {
            let message = Steno.fullMessage(for: error)
            if !message.isEmpty { try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8)) }
            Self.end(Steno.exitCode(for: error))
        }
        Self.end(.success)
    }

    /// Ends the process at once.
    ///
    /// An engine's thread may still be reading a model or decoding, neither of which can be broken off. `exit` would run the
    /// clean-up of the engine's library under its feet, and the process would crash.
    private static func end(_ code: ExitCode) -> Never {
        fflush(nil)
        _exit(code.rawValue)
    }

    private func serve() async throws {
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
