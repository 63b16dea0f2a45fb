import Glibc
import Waiting

/// Lines of a file descriptor, read without holding up other tasks, and without outliving the one that waits.
actor LineInput {
    private let descriptor: CInt
    /// A pipe: what is written into the second end wakes the one who waits.
    private let wakeUp: (reading: CInt, writing: CInt)
    /// One, as whoever reads waits.
    private let threads: WorkerThreads
    private var buffer: [UInt8] = []
    private var hasEnded = false

    /// Throws `StenoClientError.unreadableFile` when the system has no descriptor or no thread left.
    init(_ descriptor: CInt) throws(StenoClientError) {
        self.descriptor = descriptor
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .unreadableFile(path: "standard input", reason: systemMessage(errno)) }
        do {
            threads = try WorkerThreads(count: 1, name: "input")
        } catch {
            for end in ends { close(end) }
            throw .unreadableFile(path: "standard input", reason: systemMessage(error.code))
        }
        wakeUp = (ends[0], ends[1])
    }

    deinit {
        close(wakeUp.reading)
        close(wakeUp.writing)
    }

    /// Whether a person types there.
    nonisolated var isTerminal: Bool { isatty(descriptor) == 1 }

    /// The next line, without its end; nil after the last.
    ///
    /// Throws `CancellationError`, or `StenoClientError`.
    func next() async throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeSubrange(...end)
                return line
            }
            if hasEnded {
                defer { buffer = [] }
                return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
            }
            let piece = try await read()
            if piece.isEmpty { hasEnded = true }
            buffer += piece
        }
    }

    /// The next line that is not blank; nil after the last.
    func nextWithText() async throws -> String? {
        while let line = try await next() {
            if !line.allSatisfy(\.isWhitespace) { return line }
        }
        return nil
    }

    private func read() async throws -> [UInt8] {
        let (descriptor, wakeUp) = (descriptor, wakeUp)
        let piece = await threads.run(onCancel: { _ = Glibc.write(wakeUp.writing, [0], 1) }) {
            Result { try readPiece(of: descriptor, unless: wakeUp.reading) }
        }
        try Task.checkCancellation()
        return try piece.get()
    }
}

/// Waits for bytes; none at the end, and when `wakeUp` can be read.
private func readPiece(of descriptor: CInt, unless wakeUp: CInt) throws -> [UInt8] {
    var watched = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&watched, 2, -1) < 0 {
        guard errno == EINTR else { throw unreadable() }
    }
    if watched[1].revents != 0 { return [] }
    return try [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
        let read = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        guard read >= 0 else { throw unreadable() }
        count = read
    }
}

private func unreadable() -> StenoClientError {
    .unreadableFile(path: "standard input", reason: systemMessage(errno))
}
