/// Results on one stream, progress and errors on the other, so that neither garbles the other on a terminal.
actor Console {
    private let output: OutputStream
    private let errors: OutputStream
    /// What the progress line shows at the moment; empty if there is none.
    private var progressLine = ""

    private static let clearLine = "\r\u{1B}[K"

    init(output: OutputStream, errors: OutputStream) {
        self.output = output
        self.errors = errors
    }

    /// Prints a line of results above the progress line.
    func print(_ line: String) throws(OutputStream.Failure) {
        let shown = progressLine
        clearProgress()
        try output.write(line + "\n")
        draw(shown)
    }

    /// Writes a part of a line of results, where no progress is shown.
    func write(_ text: String) throws(OutputStream.Failure) {
        try output.write(text)
    }

    /// Prints a line that begins with the program's name on the error stream.
    func report(_ message: String) {
        let shown = progressLine
        clearProgress()
        // With nowhere left to complain to, the exit status has to do.
        try? errors.write("steno: \(message)\n")
        draw(shown)
    }

    /// Prints a line for the person at the terminal on the error stream, if that is one.
    func advise(_ line: String) {
        if errors.columns() != nil { try? errors.write(line + "\n") }
    }

    /// Draws the progress line, if the error stream is a terminal.
    func show(_ progress: TranscriptionProgress) {
        // The last column stays free, because some terminals wrap as soon as it is written.
        guard let columns = errors.columns() else { return }
        let line = progress.line(width: columns - 1)
        guard line != progressLine else { return }
        clearProgress()
        draw(line)
    }

    func clearProgress() {
        if !progressLine.isEmpty { try? errors.write(Self.clearLine) }
        progressLine = ""
    }

    private func draw(_ line: String) {
        if !line.isEmpty { try? errors.write(line) }
        progressLine = line
    }
}
