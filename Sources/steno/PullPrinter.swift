import Foundation
import Models
import Synchronization

/// Shows a pull on standard error: a bar on a terminal, a line every few seconds elsewhere.
final class PullPrinter: Sendable {
    private let progress: Mutex<PullProgress>
    private let start = ContinuousClock.now

    init(name: String) {
        progress = Mutex(PullProgress(name: name, columns: Self.columns))
    }

    func show(_ event: PullEvent) {
        let time = ContinuousClock.now - start
        guard let text = progress.withLock({ $0.text(event, at: time) }) else { return }
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Makes room for an error.
    func end() { FileHandle.standardError.write(Data(progress.withLock { $0.lineBreak() }.utf8)) }

    private static var columns: Int? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
