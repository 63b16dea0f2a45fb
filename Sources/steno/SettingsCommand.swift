import ArgumentParser
import Settings

/// `steno settings`: what can be set.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "List the settings of the server.",
        discussion: "Without a format it prints what steno serve --help says of them."
    )

    enum Format: String, EnumerableFlag {
        case env
        case markdown

        static func help(for value: Format) -> ArgumentHelp? {
            switch value {
            case .env: "Print a file .env in which every setting is a comment."
            case .markdown: "Print a page of tables in Markdown."
            }
        }
    }

    @Flag(exclusivity: .exclusive)
    var format: Format?

    func run() {
        switch format {
        case .env: print(SettingsDocument.environmentFile, terminator: "")
        case .markdown: print(SettingsDocument.markdown, terminator: "")
        case nil: print(SettingsDocument.help)
        }
    }
}
