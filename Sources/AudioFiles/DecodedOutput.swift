import Audio
import Limits
import Synchronization

/// What a decoder has given so far, for whoever watches it.
final class DecodingProgress: Sendable {
    private let count = Atomic(0)

    /// Frames at `SampleClock.rate`.
    var frames: Int { count.load(ordering: .relaxed) }

    fileprivate func add(_ frames: Int) { count.add(frames, ordering: .relaxed) }
}

/// A recording out of a stream of WAV at `SampleClock.rate`, whose pieces may split anything.
struct DecodedOutput {
    /// Bytes in which a header must end.
    private static let maximumHeader = 4_096

    private let limit: Int
    private let memory: MemoryBudget
    private let progress: DecodingProgress
    private var recording: (header: WAVHeader, writer: SampleWriter)?
    /// A header, or a frame, that is not whole.
    private var rest: [UInt8] = []

    /// - Parameter limit: The most samples that the recording may have.
    init(limit: Int, memory: MemoryBudget, progress: DecodingProgress) {
        self.limit = limit
        self.memory = memory
        self.progress = progress
    }

    mutating func append(_ bytes: RawSpan) throws(AudioFileError) {
        bytes.withUnsafeBytes { rest.append(contentsOf: $0) }
        if recording == nil { try readHeader() }
        guard let header = recording?.header else { return }
        let frames = rest.count / header.frameBytes
        let whole = frames * header.frameBytes
        try recording?.writer.append(header.samples(rest[..<whole]))
        rest.removeFirst(whole)
        progress.add(frames)
    }

    /// The recording; `nil` when not even its header came.
    mutating func finish() throws(AudioFileError) -> SampleFile? { try recording?.writer.finish() }

    private mutating func readHeader() throws(AudioFileError) {
        let bytes = rest
        guard let header = try? WAVHeader(length: .max, read: { Array(bytes[$0.clamped(to: bytes.indices)]) }) else {
            if rest.count > Self.maximumHeader { throw .failed }
            return
        }
        let channels = header.channels
        let writer = try SampleWriter(rate: header.sampleRate, channels: channels, limit: limit, memory: memory)
        recording = (header, writer)
        rest.removeFirst(header.data.lowerBound)
    }
}
