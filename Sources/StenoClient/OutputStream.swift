#if canImport(Glibc)
    import Glibc
#endif

/// A place to write text to, such as standard output.
struct OutputStream: Sendable {
    /// Why text could not be written.
    enum Failure: Error, Equatable {
        /// The reader has gone, as `head` does when it has seen enough.
        case closed
        case failed(reason: String)
    }

    /// Writes the whole text, without a buffer in between.
    let write: @Sendable (String) throws(Failure) -> Void
    /// Columns of the terminal at this moment; nil if it is none.
    let columns: @Sendable () -> Int?

    /// The stream of a file descriptor that is open for writing.
    static func descriptor(_ descriptor: CInt) -> OutputStream {
        OutputStream(
            write: { text throws(Failure) in try writeAll(Array(text.utf8), to: descriptor) },
            columns: {
                guard isatty(descriptor) == 1 else { return nil }
                var size = winsize()
                guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
                return Int(size.ws_col)
            }
        )
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            switch (count, errno) {
            case (0..., _): rest = rest.dropFirst(count)
            case (_, EINTR): continue
            case (_, EPIPE): throw .closed
            case (_, let code): throw .failed(reason: systemMessage(code))
            }
        }
    }
}
