import Audio

#if canImport(Glibc)
    import Glibc
#endif

/// The audio of one file, mixed to mono, at the file's own rate.
public struct AudioClip: Equatable, Sendable {
    /// Rates that the server takes, in samples per second.
    public static let supportedRates = 8_000...48_000

    public var samples: [Int16]
    /// Samples per second.
    public var sampleRate: Int

    public init(samples: [Int16], sampleRate: Int) {
        self.samples = samples
        self.sampleRate = sampleRate
    }

    /// The path that means standard input.
    public static let standardInput = "-"

    /// Reads a PCM16 WAV file of any number of channels as a whole; `-` is standard input.
    public init(contentsOf path: String) throws(StenoClientError) {
        let file: WAVFile
        do { file = try WAVFile(parsing: try readFile(path)) } catch let error as WAVError {
            throw .notAudio(path: path, error)
        } catch {
            throw .unreadableFile(path: path, reason: (error as? FileFailure)?.reason ?? "\(error)")
        }
        guard Self.supportedRates.contains(file.sampleRate) else {
            throw .unsupportedSampleRate(path: path, rate: file.sampleRate)
        }
        self.init(samples: file.mono, sampleRate: file.sampleRate)
    }

    /// The time from the beginning to sample `position`.
    public func time(at position: Int) -> Duration {
        let (seconds, rest) = position.quotientAndRemainder(dividingBy: sampleRate)
        return .seconds(seconds) + .nanoseconds(rest * 1_000_000_000 / sampleRate)
    }

    /// Consecutive stretches of 100 ms from a sample on; the last may be shorter.
    func pieces(from start: Int = 0) -> some Sequence<Range<Int>> {
        let (count, step) = (samples.count, sampleRate / 10)
        return stride(from: start, to: count, by: step).lazy.map { $0..<Swift.min($0 + step, count) }
    }
}

private struct FileFailure: Error {
    var reason: String

    static var last: FileFailure { FileFailure(reason: systemMessage(errno)) }
}

private func readFile(_ path: String) throws -> [UInt8] {
    if path == AudioClip.standardInput { return try readAll(from: STDIN_FILENO) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure.last }
    defer { close(descriptor) }
    return try readAll(from: descriptor)
}

private func readAll(from descriptor: CInt) throws -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFailure.last }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    let block = 1 << 20
    var count = 0
    repeat {
        let piece = try [UInt8](unsafeUninitializedCapacity: block) { buffer, initialized in
            repeat { count = read(descriptor, buffer.baseAddress, block) } while count < 0 && errno == EINTR
            guard count >= 0 else { throw FileFailure.last }
            initialized = count
        }
        bytes += piece
    } while count > 0
    return bytes
}
