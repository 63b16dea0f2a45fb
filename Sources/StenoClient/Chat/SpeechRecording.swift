import Audio

#if canImport(Glibc)
    import Glibc
#endif

/// A WAV file that grows; its sizes are true after each piece, so that it can be read whenever the process ends.
actor SpeechRecording {
    private let descriptor: CInt
    private let sampleRate: Int
    private var count = 0
    private static let headerSize = 44

    /// Makes the file, or empties the one that is there.
    ///
    /// Throws `StenoClientError.unwritableFile`.
    init(path: String, sampleRate: Int) throws(StenoClientError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritableFile(path: path, reason: systemMessage(errno)) }
        self.sampleRate = sampleRate
        let header = WAVFile(sampleRate: sampleRate, samples: []).encoded()
        guard Self.write(header, at: 0, to: descriptor) else {
            throw .unwritableFile(path: path, reason: systemMessage(errno))
        }
    }

    deinit { close(descriptor) }

    /// Throws `StenoClientError.outputFailed`.
    func append(_ samples: [Int16]) throws {
        guard !samples.isEmpty else { return }
        let position = Self.headerSize + 2 * count
        let size = 2 * (count + samples.count)
        guard Self.write(PCM16.bytes(samples), at: position, to: descriptor),
            Self.write(Self.number(Self.headerSize - 8 + size), at: 4, to: descriptor),
            Self.write(Self.number(size), at: Self.headerSize - 4, to: descriptor)
        else { throw StenoClientError.outputFailed(reason: systemMessage(errno)) }
        count += samples.count
    }

    private static func number(_ value: Int) -> [UInt8] {
        let value = UInt32(clamping: value)
        return (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func write(_ bytes: [UInt8], at position: Int, to descriptor: CInt) -> Bool {
        var (rest, position) = (bytes[...], position)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, position) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
            position += count
        }
        return true
    }
}
