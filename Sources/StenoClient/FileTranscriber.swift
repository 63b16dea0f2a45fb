import Audio
import Synchronization

/// What the command line sets for all files.
public struct TranscribeOptions: Equatable, Sendable {
    public var url: String
    public var access: ServerAccess
    public var format: TranscriptFormat
    public var isRealTime: Bool
    public var language: String?
    /// How long a lost connection is tried again; zero for not at all.
    public var patience: Duration

    /// `url` is the address of the server's WebSocket, `language` a hint for its recogniser.
    public init(
        url: String = "ws://127.0.0.1:8000/ws",
        access: ServerAccess = ServerAccess(),
        format: TranscriptFormat = .lines,
        isRealTime: Bool = false,
        language: String? = nil,
        patience: Duration = .zero
    ) {
        self.url = url
        self.access = access
        self.format = format
        self.isRealTime = isRealTime
        self.language = language
        self.patience = patience
    }
}

/// Transcribes files one after the other and prints what comes.
struct FileTranscriber<PacingClock: Clock>: Sendable where PacingClock.Duration == Duration {
    let options: TranscribeOptions
    let console: Console
    let clock: PacingClock

    /// Returns the exit status: 0 if all went well, 1 after a problem of the server, 2 after one of a file or an option.
    ///
    /// A file that cannot be read does not keep the others from being transcribed; a server that cannot be reached does.
    func run(_ files: [String]) async -> Int32 {
        var status: Int32 = 0
        do {
            let url = try ServerURL(options.url)
            if options.format == .srt, files.count > 1 { throw StenoClientError.subtitlesOfSeveralFiles }
            for (index, file) in files.enumerated() {
                let header =
                    options.format == .lines && files.count > 1 ? (index == 0 ? "" : "\n") + "==> \(file) <==" : nil
                let fileStatus = try await transcribe(file, at: url, header: header)
                status = max(status, fileStatus)
            }
        } catch OutputStream.Failure.closed {
            return status
        } catch {
            let error = StenoClientError(error)
            await console.clearProgress()
            await console.report(error.description)
            return max(status, error.exitStatus)
        }

        return status
    }

    private func transcribe(_ file: String, at url: ServerURL, header: String?) async throws -> Int32 {
        let clip: AudioClip
        do throws(StenoClientError) { clip = try AudioClip(contentsOf: file) } catch {
            await console.report(error.description)
            return error.exitStatus
        }

        let report = FileReport(file: file, clip: clip, format: options.format, header: header, console: console)
        let run = TranscriptionRun(
            clip: clip,
            url: url,
            access: options.access,
            language: options.language,
            isRealTime: options.isRealTime,
            patience: options.patience,
            clock: clock
        )
        try await run.run { try await report.take($0) }
        await console.clearProgress()
        return await report.failures == 0 ? 0 : 1
    }
}

/// Turns the events of one file into lines.
private actor FileReport {
    private let clip: AudioClip
    private let file: String
    private let header: String?
    private let console: Console
    private var formatter: TranscriptFormatter
    private var progress: TranscriptionProgress
    private var throttle = ProgressThrottle()
    private(set) var failures = 0

    init(file: String, clip: AudioClip, format: TranscriptFormat, header: String?, console: Console) {
        self.clip = clip
        self.file = file
        self.header = header
        self.console = console
        formatter = TranscriptFormatter(format: format, file: file)
        progress = TranscriptionProgress(file: file, total: clip.time(at: clip.samples.count))
    }

    func take<PacingClock: Clock>(_ event: TranscriptionRun<PacingClock>.Event) async throws {
        switch event {
        case .connected:
            if let header { try await console.print(header) }
        case .reconnecting(let reason): await console.report("\(file): \(reason) Trying again.")
        case .sent(let position, let elapsed):
            progress.sent = clip.time(at: position)
            progress.elapsed = elapsed
        case .utterance(let utterance):
            progress.utterances += 1
            if let text = formatter.string(for: utterance) { try await console.print(text) }
        case .failure(let failure):
            failures += 1
            await console.report("\(file): \(failure)")
        }

        if throttle.shouldDraw(progress) { await console.show(progress) }
    }
}

extension StenoClientError {
    fileprivate init(_ error: any Error) {
        switch error {
        case let error as StenoClientError: self = error
        case OutputStream.Failure.failed(let reason): self = .outputFailed(reason: reason)
        default: self = .connectionLost
        }
    }
}
