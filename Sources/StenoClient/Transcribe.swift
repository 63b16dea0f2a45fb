#if canImport(Glibc)
    import Glibc
#endif

/// Transcribes WAV files with a running server, and prints the utterances as they come.
///
/// Results go to standard output, errors and, on a terminal, a progress line to standard error. Returns the exit
/// status: 0 if all went well, 1 after an error event or a problem with the server, 2 after an unusable file, address
/// or combination of options. From now on the process ignores `SIGPIPE`: an output that is closed early, as by `head`,
/// ends the work quietly.
public func transcribe(files: [String], options: TranscribeOptions) async -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let console = Console(output: .descriptor(STDOUT_FILENO), errors: .descriptor(STDERR_FILENO))
    return await FileTranscriber(options: options, console: console, clock: ContinuousClock()).run(files)
}
