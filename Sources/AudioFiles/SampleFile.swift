import Audio
import Limits

/// A recording as it is transcribed: mono, at `SampleClock.rate`, as 16 bits; not in memory when it is long.
public struct SampleFile: Sendable {
    private let file: SpooledFile
    /// Where the first sample lies.
    private let offset: Int
    /// Samples in all.
    public let count: Int

    /// - Parameters:
    ///   - offset: Bytes before the first sample.
    ///   - count: Samples behind it.
    init(_ file: SpooledFile, offset: Int = 0, count: Int) {
        self.file = file
        self.offset = offset
        self.count = count
    }

    /// A recording whose samples are at hand.
    public init(_ samples: [Int16]) throws(AudioFileError) {
        self.init(try SpooledFile(PCM16.bytes(samples)), count: samples.count)
    }

    /// The samples in `range`, two bytes each, low byte first.
    ///
    /// - Throws: `AudioFileError.failed` when they cannot be read any more.
    public func pcm(_ range: Range<Int>) throws(AudioFileError) -> [UInt8] {
        let wanted = range.clamped(to: 0..<count)
        let bytes = file.bytes(offset + 2 * wanted.lowerBound..<offset + 2 * wanted.upperBound)
        guard bytes.count == 2 * wanted.count else { throw .failed }
        return bytes
    }

    /// All of them.
    public func samples() throws(AudioFileError) -> [Int16] {
        let bytes = try pcm(0..<count)
        return [Int16](unsafeUninitializedCapacity: count) { samples, filled in
            UnsafeMutableRawBufferPointer(samples).copyBytes(from: bytes)
            filled = count
        }
    }
}

/// Writes a recording of any rate and any number of channels as a `SampleFile`.
struct SampleWriter {
    private var downmix: Downmix
    private let resampler: Resampler?
    private let file: SpooledFile
    private let limit: Int
    private var count = 0

    /// - Parameter limit: The most samples that the file may have.
    init(rate: Int, channels: Int, limit: Int, memory: MemoryBudget) throws(AudioFileError) {
        downmix = Downmix(channels: channels, rate: rate)
        do {
            resampler = rate == SampleClock.rate ? nil : try Resampler(from: rate)
        } catch {
            throw .failed
        }
        file = SpooledFile(memory: memory)
        self.limit = limit
    }

    /// Takes the next frames, one sample of every channel each.
    mutating func append(_ samples: [Int16]) throws(AudioFileError) {
        var mono: [Int16] = []
        downmix.append(samples, to: &mono)
        try write(mono, isLast: false)
    }

    /// The file, once all has been appended.
    mutating func finish() throws(AudioFileError) -> SampleFile {
        var mono: [Int16] = []
        downmix.finish(into: &mono)
        try write(mono, isLast: true)
        return SampleFile(file, count: count)
    }

    private mutating func write(_ mono: [Int16], isLast: Bool) throws(AudioFileError) {
        var samples = mono
        if let resampler {
            samples = []
            resampler.process(mono, into: &samples)
            if isLast { resampler.drain(into: &samples) }
        }
        guard !samples.isEmpty else { return }
        count += samples.count
        guard count <= limit else { throw .tooLong(limit: limit) }
        try file.append(PCM16.bytes(samples))
    }
}
