/// PCM audio in a RIFF container: every encoding is read, as 16-bit samples; 16 bits are written.
///
/// Source: "Multimedia Programming Interface and Data Specifications 1.0", IBM and Microsoft, 1991, and the
/// `WAVEFORMATEXTENSIBLE` addition, whose sub-format begins with the plain format tag.
public struct WAVFile: Equatable, Sendable {
    /// Frames per second that a file may have.
    ///
    /// Below nothing is left of speech (telephones begin at 8000); above no recorder goes, so a header says so by damage.
    public static let rates = 1_000...384_000

    /// Frames per second, one sample per channel each.
    public var sampleRate: Int
    public var channels: Int
    /// Interleaved samples; a last frame that is not whole is left out.
    public var samples: [Int16]

    public init(sampleRate: Int, channels: Int = 1, samples: [Int16]) {
        self.sampleRate = sampleRate
        self.channels = channels
        self.samples = samples
    }

    /// Reads a whole file: integers of 8 to 32 bits, floating point of 32 and 64, A-law and mu-law.
    ///
    /// Wider samples are rounded to 16 bits. A data size of 0 or beyond the end, as streaming writers leave it, means "to
    /// the end of the file".
    public init(parsing bytes: [UInt8]) throws(WAVError) {
        let header = try WAVHeader(length: bytes.count) { Array(bytes[$0.clamped(to: bytes.indices)]) }
        let end = header.data.lowerBound + header.frames * header.frameBytes
        self.init(
            sampleRate: header.sampleRate,
            channels: header.channels,
            samples: header.samples(bytes[header.data.lowerBound..<end])
        )
    }

    static func isRIFF(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 12, bytes[8..<12].elementsEqual("WAVE".utf8) else { return false }
        return ["RIFF", "RF64", "BW64"].contains { bytes[0..<4].elementsEqual($0.utf8) }
    }

    /// The file's bytes, with the shortest header there is (44 bytes).
    public func encoded() -> [UInt8] {
        let dataSize = 2 * samples.count
        let header = Self.header(sampleRate: sampleRate, channels: channels, sizes: (36 + dataSize, dataSize))
        return PCM16.bytes(samples, after: header)
    }

    /// The header of a file whose length nobody knows yet: as streaming writers leave it, with the largest sizes.
    public static func openHeader(sampleRate: Int) -> [UInt8] {
        header(sampleRate: sampleRate, channels: 1, sizes: (Int(UInt32.max), Int(UInt32.max)))
    }

    private static func header(sampleRate: Int, channels: Int, sizes: (file: Int, data: Int)) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44)
        func append(_ value: Int, count: Int) {
            for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
        }
        bytes += "RIFF".utf8
        append(sizes.file, count: 4)
        bytes += "WAVEfmt ".utf8
        append(16, count: 4)
        append(1, count: 2)
        append(channels, count: 2)
        append(sampleRate, count: 4)
        append(sampleRate * channels * 2, count: 4)
        append(channels * 2, count: 2)
        append(16, count: 2)
        bytes += "data".utf8
        append(sizes.data, count: 4)
        return bytes
    }

    /// One channel: the mean of all, or the loudest where they cancel each other out (`Downmix`).
    public var mono: [Int16] {
        guard channels > 1 else { return samples }
        var downmix = Downmix(channels: channels, rate: sampleRate)
        var mono: [Int16] = []
        downmix.append(samples, to: &mono)
        downmix.finish(into: &mono)
        return mono
    }
}

/// Why bytes are not a WAV file that Steno reads.
public enum WAVError: Error, Equatable, CustomStringConvertible {
    case notWAV
    case truncated
    case unsupported(formatTag: Int, bits: Int, channels: Int)
    case unsupportedRate(Int)

    public var description: String {
        switch self {
        case .notWAV: "Not a WAV file"
        case .truncated: "The WAV file has no audio data"
        case .unsupported(let tag, let bits, let channels):
            "WAV with format \(tag), \(bits) bits and \(channels) channels; PCM, floating point or G.711 is needed"
        case .unsupportedRate(let rate):
            "WAV with \(rate) samples per second; \(WAVFile.rates.lowerBound) to \(WAVFile.rates.upperBound) are read"
        }
    }
}

/// The number in `count` (1 to 4) bytes, low byte first, `offset` from the first.
func littleEndian(_ bytes: some RandomAccessCollection<UInt8>, at offset: Int, count: Int) -> UInt32 {
    bytes.dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | UInt32($1) }
}
