import ArgumentParser
import Audio
import AudioFiles
import Foundation
import JSON
import Logging
import Sessions
import Settings
import SpeechDetection
import SpeechPictures

/// `steno segment`: shows how audio files are cut.
struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Show where the server would cut audio files into utterances.",
        usage: "steno segment FILE ... [--json | --lab | --svg] [--SETTING VALUE ...]",
        discussion: """
            Needs no server. Files are WAV of any rate, or anything that ffmpeg decodes. The detector and the rules are \
            the server's, and so are their settings: options such as --vad or --vad-threshold, the environment, or a \
            file .env (see steno serve --help). Without a format it prints a table, and on a terminal a picture of \
            level, speech scores and cuts.

            Exit status: 0 if all went well, 1 if a setting or an output cannot be used, 2 if a file cannot be used.
            """
    )

    enum Format: String, EnumerableFlag {
        case json
        case lab
        case svg

        static func help(for value: Format) -> ArgumentHelp? {
            switch value {
            case .json: "Print a JSON object for each file."
            case .lab: "Print lines of start, end and reason with tabs between, as Audacity's labels (one file)."
            case .svg: "Draw waveform, level, scores and cuts into NAME.svg in the current folder."
            }
        }
    }

    @Argument(parsing: .allUnrecognized, help: "Audio files, and settings of the server.")
    var arguments: [String] = []

    @Flag(exclusivity: .exclusive)
    var format: Format?

    @Option(name: .shortAndLong, help: "With --svg and one file, where the picture goes.")
    var output: String?

    @Flag(inversion: .prefixedNo, help: "Draw a picture with letters even where no terminal is, or on none.")
    var sketch: Bool?

    @Flag(inversion: .prefixedNo, help: "Put every frame's score and level into the JSON.")
    var scores = true

    func run() async throws {
        // Pictures were PNG once; as an unknown setting, the option would take the next argument for its value.
        if arguments.prefix(while: { $0 != "--" }).contains("--png") {
            throw ValidationError("Pictures are SVG: write --svg for --png.")
        }
        let (files, options) = try Self.split(arguments)
        if files.isEmpty { throw ValidationError("Name at least one audio file.") }
        if format == .lab, files.count > 1 { throw ValidationError("--lab takes one file.") }
        if let output {
            if output.lowercased().hasSuffix(".png") {
                throw ValidationError("Pictures are SVG: give --output a name that ends in .svg.")
            }
            if format != .svg || files.count > 1 { throw ValidationError("--output needs --svg and one file.") }
        }

        let values = try SettingOptions(options).values(file: try SettingOptions.file)
        let cutter = try values.read { () throws(SettingsError) in try RecordingCutter(reading: values) }
        var logger = Logger(label: "steno") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let reader = AudioFileReader(logger: logger)
        var isComplete = true
        for file in files {
            do {
                let samples = try await Self.samples(of: file, reader)
                try show(try cutter.cut(samples, of: file), isFirst: file == files.first)
            } catch let error as UnusableFile {
                isComplete = false
                Self.report("\(file): \(error.reason)")
            }
        }

        if !isComplete { throw ExitCode(2) }
    }

    /// Files, and options with their values as `SettingOptions` takes them; after `--` there are only files.
    static func split(_ arguments: [String]) throws -> (files: [String], options: [String]) {
        var (files, options): ([String], [String]) = ([], [])
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" { return (files + rest, options) }
            guard argument.hasPrefix("--") else {
                files.append(argument)
                continue
            }
            options.append(argument)
            if !argument.contains("="), let value = rest.popFirst() { options.append(value) }
        }

        return (files, options)
    }

    private struct UnusableFile: Error {
        var reason: String
    }

    private static func samples(of file: String, _ reader: AudioFileReader) async throws -> [Int16] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
        } catch {
            let reason = FileManager.default.fileExists(atPath: file) ? "cannot be read" : "there is no such file"
            throw UnusableFile(reason: reason)
        }

        do {
            let recording = try await reader.read(SpooledFile(bytes))
            if recording.ignoredBytes > 0 {
                report("\(file): its header leaves out the last \(recording.ignoredBytes) bytes, which are not read")
            }
            return try recording.samples.samples()
        } catch {
            throw UnusableFile(reason: error.advice)
        }
    }

    private func show(_ recording: SegmentedRecording, isFirst: Bool) throws {
        switch format {
        case .json:
            let document = SegmentationDocument(recording, hasScores: scores).json
            print(String(decoding: document.text, as: UTF8.self))
        case .lab:
            let labels = SegmentationText(recording).labels
            if !labels.isEmpty { print(labels) }
        case .svg: try draw(recording)
        case nil:
            if !isFirst { print() }
            print(SegmentationText(recording).table)
            if sketch ?? (Self.terminalColumns != nil), !recording.samples.isEmpty {
                print("\n" + SegmentationSketch(recording, width: (Self.terminalColumns ?? 101) - 1).text)
            }
        }
    }

    private func draw(_ recording: SegmentedRecording) throws {
        let name = URL(filePath: recording.name).deletingPathExtension().lastPathComponent
        let path = output ?? name + ".svg"
        do {
            try Data(SegmentationPicture(recording).svg.utf8).write(to: URL(filePath: path))
        } catch {
            Self.report("\(path): cannot be written; give a place that can with --output")
            throw ExitCode(1)
        }
        print(path)
    }

    private static var terminalColumns: Int? {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func report(_ message: String) { FileHandle.standardError.write(Data("steno: \(message)\n".utf8)) }
}

extension AudioFileError {
    /// What to do, said to someone at a terminal.
    fileprivate var advice: String {
        switch self {
        case .unsupported: "only WAV can be read without ffmpeg; install it"
        case .undecodable: "has no audio that can be decoded"
        case .tooLong, .tooSlow, .noRoom, .busy, .failed, .cancelled: "\(self)"
        }
    }
}
