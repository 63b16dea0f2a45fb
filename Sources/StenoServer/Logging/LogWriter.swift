public import Dispatch
import Foundation
public import Logging
public import Settings
import Synchronization

/// Writes log lines to a file descriptor from a thread of its own, so that who logs never waits for who reads.
///
/// A pipe that nobody reads would otherwise stop every thread that logs. Lines wait in a bounded queue; what does not
/// fit is dropped and counted, and one line says how many were when writing goes on.
public final class LogWriter: TextOutputStream, Sendable {
    private struct State {
        var lines: [String] = []
        var bytes = 0
        /// Lines dropped since the last line that said so.
        var untold = 0
        var dropped = 0
        var isClosed = false
    }

    /// Lines to write, and how many were dropped after them.
    private struct Batch {
        var lines: [String]
        var dropped: Int
    }

    private let descriptor: Int32
    private let capacity: Int
    private let format: LogFormat
    private let state = Mutex(State())
    private let hasWork = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - descriptor: Where lines go; standard error by default.
    ///   - capacity: Bytes of lines that may wait.
    ///   - format: How its handler writes a line.
    public init(descriptor: Int32 = 2, capacity: Int = 1 << 20, format: LogFormat = .text) {
        self.descriptor = descriptor
        self.capacity = capacity
        self.format = format
        // The end of a pipe's reader is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let thread = Thread { self.run() }
        thread.name = "log"
        thread.start()
    }

    /// What hands the events of a logger to this, as lines.
    public func handler(label: String) -> any LogHandler { Self.handler(label: label, format: format, stream: self) }

    private static func handler(
        label: String,
        format: LogFormat,
        stream: any TextOutputStream & Sendable
    ) -> any LogHandler {
        switch format {
        case .text: StreamLogHandler(label: label, stream: stream)
        case .json: JSONLogHandler(label: label, stream: stream)
        }
    }

    /// Lines dropped so far.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// Bytes that wait to be written.
    var waitingBytes: Int { state.withLock { $0.bytes } }

    /// Queues a line, with its line feed, or drops it.
    public func write(_ line: String) {
        let wasIdle = state.withLock { state in
            let wasIdle = state.lines.isEmpty && state.untold == 0
            // Once a line was dropped the later ones are too, so that those which are told of are in one place.
            guard state.untold == 0, state.bytes + line.utf8.count <= capacity, !state.isClosed else {
                state.untold += 1
                state.dropped += 1
                return wasIdle
            }
            state.lines.append(line)
            state.bytes += line.utf8.count
            return wasIdle
        }
        if wasIdle { hasWork.signal() }
    }

    /// Writes what waits, takes no more, and returns when all is written or nobody read for `limit`.
    public func close(within limit: DispatchTimeInterval = .milliseconds(500)) {
        state.withLock { $0.isClosed = true }
        hasWork.signal()
        _ = hasEnded.wait(timeout: .now() + limit)
    }

    private func run() {
        while true {
            hasWork.wait()
            let (batch, isClosed) = take()
            write(batch)
            if isClosed { break }
        }
        hasEnded.signal()
    }

    private func take() -> (Batch, isClosed: Bool) {
        state.withLock { state in
            let batch = Batch(lines: state.lines, dropped: state.untold)
            state.lines = []
            state.bytes = 0
            state.untold = 0
            return (batch, state.isClosed)
        }
    }

    private func write(_ batch: Batch) {
        let isWritten = writeAll(Array(batch.lines.joined().utf8))
        if !isWritten { state.withLock { $0.dropped += batch.lines.count } }
        if batch.dropped > 0 { _ = writeAll(Array(notice(of: batch.dropped).utf8)) }
    }

    /// - Returns: Whether every byte was written.
    private func writeAll(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            switch (count, errno) {
            case (0..., _): rest = rest.dropFirst(count)
            case (_, EINTR): continue
            // Another process may have made the pipe non-blocking for all that share it.
            case (_, EAGAIN):
                var events = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&events, 1, -1)
            default: return false
            }
        }

        return true
    }

    /// The line that says how many are missing, in the form of all others.
    private func notice(of count: Int) -> String {
        let line = Line()
        let logger = Logger(label: "steno") { Self.handler(label: $0, format: format, stream: line) }
        logger.warning(
            "Log lines dropped, as nobody read what was written",
            metadata: ["steno.log.dropped": "\(count)"]
        )
        return line.text
    }

    private final class Line: TextOutputStream, Sendable {
        private let content = Mutex("")

        var text: String { content.withLock(\.self) }

        func write(_ string: String) { content.withLock { $0 += string } }
    }
}
