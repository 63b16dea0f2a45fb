#if canImport(Glibc)
    import Glibc
#endif

/// Holds a conversation with a server that speaks OpenAI's Realtime protocol, and prints both sides as they speak.
///
/// The conversation goes to standard output, errors to standard error. Returns the exit status: 0 if all went well, 1
/// after a failed answer or a problem with the server, 2 after an unusable file, address or sound device. From now on
/// the process ignores `SIGPIPE`: an output that is closed early ends the conversation quietly.
public func chat(options: ChatOptions) async -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let console = Console(output: .descriptor(STDOUT_FILENO), errors: .descriptor(STDERR_FILENO))
    return await chat(options: options, console: console, clock: ContinuousClock(), input: STDIN_FILENO)
}

/// `clock` paces a file, `input` is the descriptor of typed lines.
func chat<PacingClock: Clock>(
    options: ChatOptions,
    console: Console,
    clock: PacingClock,
    input: CInt
) async -> Int32 where PacingClock.Duration == Duration {
    do {
        let url = try options.serverURL
        let source: ChatRun.Source
        switch options.medium {
        case .text: source = .lines(try LineInput(input))
        case .file(let path):
            let microphone = try FileMicrophone(try AudioClip(contentsOf: path), clock: clock)
            source = .sound(microphone, PacedLoudspeaker(clock: clock))
        case .sound: source = .sound(try SoundMicrophone(), try SoundLoudspeaker())
        }
        let recording = try options.output.map { path throws(StenoClientError) in
            try SpeechRecording(path: path, sampleRate: RealtimeMessage.sampleRate)
        }
        let run = ChatRun(
            url: url,
            access: options.access,
            settings: options.settings,
            source: source,
            recording: recording,
            console: console
        )
        return try await run.run() ? 1 : 0
    } catch OutputStream.Failure.closed {
        return 0
    } catch {
        let error = StenoClientError(inConversation: error)
        await console.report(error.description)
        return error.exitStatus
    }
}

extension StenoClientError {
    fileprivate init(inConversation error: any Error) {
        switch error {
        case StenoClientError.connectionLost: self = .conversationEnded(reason: "the connection to the server was lost")
        case StenoClientError.closed(let closure):
            self = .conversationEnded(reason: "the server closed it with \(closure)")
        case let error as StenoClientError: self = error
        case OutputStream.Failure.failed(let reason): self = .outputFailed(reason: reason)
        default: self = .conversationEnded(reason: "the connection to the server was lost")
        }
    }
}
