import ArgumentParser
import StenoClient

/// `steno transcribe`: the bundled client.
struct TranscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe",
        abstract: "Stream WAV files to a running server and print what it hears.",
        discussion: """
            Files are PCM16 WAV, mono or mixed to mono, at 8000 to 48000 samples per second. Each utterance is printed \
            as it arrives, with its times in the file. On a terminal a line on standard error shows the progress.

            Exit status: 0 if all went well, 1 after an error of the server, 2 if a file cannot be used.
            """
    )

    enum Format: String, EnumerableFlag {
        case json
        case srt
        case text

        static func help(for value: Format) -> ArgumentHelp? {
            switch value {
            case .json: "Print a JSON object for each utterance."
            case .srt: "Print SubRip subtitles (one file)."
            case .text: "Print only the text, a line for each utterance."
            }
        }
    }

    @Argument(help: "WAV files; - is standard input.", completion: .file(extensions: ["wav"]))
    var files: [String]

    @Option(help: "The server's WebSocket address.")
    var url = TranscribeOptions().url

    @OptionGroup var access: AccessOptions

    @Flag(help: "Send at the pace of speech instead of as fast as the server reads.")
    var realtime = false

    @Flag(exclusivity: .exclusive)
    var format: Format?

    @Option(help: "The language of the speech, such as en.")
    var language: String?

    @Option(help: "For how many seconds a lost connection is tried again; 0 for not at all.")
    var retry = 30

    func validate() throws {
        guard retry >= 0 else { throw ValidationError("--retry must be 0 or more.") }
    }

    func run() async throws {
        let options = TranscribeOptions(
            url: url,
            access: access.serverAccess,
            format: format.map { TranscriptFormat($0) } ?? .lines,
            isRealTime: realtime,
            language: language,
            patience: .seconds(retry)
        )
        let status = await transcribe(files: files, options: options)
        if status != 0 { throw ExitCode(status) }
    }
}

extension TranscriptFormat {
    fileprivate init(_ format: TranscribeCommand.Format) {
        switch format {
        case .json: self = .json
        case .srt: self = .srt
        case .text: self = .text
        }
    }
}
