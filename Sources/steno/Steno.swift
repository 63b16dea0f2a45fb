import ArgumentParser
import Release

@main
struct Steno: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steno",
        abstract: "A realtime speech-to-text server, and a client to try it with.",
        version: Release.version,
        subcommands: [
            ServeCommand.self, TranscribeCommand.self, ChatCommand.self, SegmentCommand.self, ModelsCommand.self,
            SettingsCommand.self, HealthCommand.self,
        ]
    )

    /// What every line on standard error begins with, whoever writes it.
    static let _errorPrefix = "steno: "
}
