public import Audio
import Foundation
public import Limits
public import Logging
import Waiting

/// Reads a whole audio file as mono samples at `SampleClock.rate`.
///
/// WAV is read here, whatever its rate, channels and PCM encoding. Every other container (MP3, MP4, FLAC, Ogg, WebM, AAC,
/// AIFF, AMR, AU, CAF), and WAV with compressed audio, goes through ffmpeg when it is installed, as a process of its own
/// with limits. Which one a file is, its bytes tell. Neither the file nor its samples need be in memory.
public struct AudioFileReader: Sendable {
    /// Bounds of what one file may cost.
    public struct Limits: Equatable, Sendable {
        /// Length of the audio, in samples at `SampleClock.rate`.
        public var samples: Int
        /// Time that a decoder may stand still, or be behind the speed of speech.
        public var patience: Duration
        /// Decoders that run at once; at least 1.
        public var decoders: Int
        /// Files that may wait for a decoder.
        public var waiting: Int

        /// - Parameters:
        ///   - samples: Four hours, if not said.
        ///   - decoders: One per core, if not said.
        public init(
            samples: Int = 4 * 3_600 * SampleClock.rate,
            patience: Duration = .seconds(30),
            decoders: Int? = nil,
            waiting: Int = 32
        ) {
            self.samples = samples
            self.patience = patience
            self.decoders = decoders ?? ProcessInfo.processInfo.activeProcessorCount
            self.waiting = waiting
        }
    }

    /// What a file holds.
    public struct Recording: Sendable {
        public let samples: SampleFile
        /// Bytes of the file that were not read, although they may be audio: a WAV header gave a smaller size.
        public let ignoredBytes: Int
    }

    private let ffmpeg: FFmpeg
    private let limits: Limits
    private let memory: MemoryBudget
    private let turns: ConcurrencyLimit
    private let clock: any Clock<Duration>

    /// Copies of a reader share its decoders.
    ///
    /// - Parameters:
    ///   - memory: What short recordings count against, which stay in memory; without a limit, if not said.
    ///   - ffmpeg: A path, or a name to find on PATH each time.
    ///   - clock: What the time limit is measured by.
    public init(
        limits: Limits = Limits(),
        memory: MemoryBudget = MemoryBudget(limit: .max),
        ffmpeg: String = "ffmpeg",
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.ffmpeg = FFmpeg(executable: ffmpeg, logger: logger)
        self.limits = limits
        self.memory = memory
        self.clock = clock
        turns = ConcurrencyLimit(limits.decoders, maximumWaiting: limits.waiting)
    }

    /// Files that wait for a decoder.
    public var waiting: Int { turns.waiting }

    /// The recording in a file.
    ///
    /// What a damaged file still holds is returned. Cancelling the task ends the decoder.
    @concurrent
    public func read(_ file: SpooledFile) async throws(AudioFileError) -> Recording {
        guard let container = AudioContainer(file) else { throw .undecodable }
        if container == .wav, let header = try wavHeader(file) {
            return Recording(samples: try await samples(of: file, header), ignoredBytes: header.ignoredBytes)
        }
        let samples = try await turns.run(
            orThrow: { $0 == .full ? .busy : .cancelled },
            { () async throws(AudioFileError) in try await decode(file, from: container) }
        )
        return Recording(samples: samples, ignoredBytes: 0)
    }

    /// `nil` when the file is one for ffmpeg: its samples are compressed, or their high bytes come first.
    private func wavHeader(_ file: SpooledFile) throws(AudioFileError) -> WAVHeader? {
        do { return try WAVHeader(length: file.count, read: file.bytes) } catch {
            switch error {
            case .unsupported, .notWAV: return nil
            case .truncated, .unsupportedRate: throw .undecodable
            }
        }
    }

    private func samples(of file: SpooledFile, _ header: WAVHeader) async throws(AudioFileError) -> SampleFile {
        guard header.frames * SampleClock.rate <= limits.samples * header.sampleRate else {
            throw .tooLong(limit: limits.samples)
        }

        if header.isPlain { return SampleFile(file, offset: header.data.lowerBound, count: header.frames) }
        var writer = try SampleWriter(
            rate: header.sampleRate,
            channels: header.channels,
            // Resampling rounds up.
            limit: limits.samples + 1,
            memory: memory
        )
        let end = header.data.lowerBound + header.frames * header.frameBytes
        let piece = max(1, (64 << 10) / header.frameBytes) * header.frameBytes
        for start in stride(from: header.data.lowerBound, to: end, by: piece) {
            let bytes = file.bytes(start..<min(start + piece, end))
            try writer.append(header.samples(bytes[...]))
            // Other files on this thread have their turn.
            await Task.yield()
            if Task.isCancelled { throw .cancelled }
        }

        return try writer.finish()
    }

    /// Whichever ends first, the decoder or the patience with it; the other is cancelled and waited for.
    private func decode(_ file: SpooledFile, from container: AudioContainer) async throws(AudioFileError) -> SampleFile
    {
        let progress = DecodingProgress()
        let outcome = await withTaskGroup(of: Result<SampleFile, AudioFileError>.self) { group in
            group.addTask {
                do throws(AudioFileError) {
                    let limit = limits.samples
                    return .success(
                        try await ffmpeg.decode(file, from: container, limit: limit, memory: memory, progress: progress)
                    )
                } catch { return .failure(error) }
            }
            group.addTask { .failure(await watch(progress)) }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.cancelled)
        }
        return try outcome.get()
    }

    /// Returns when there is no use in waiting any longer.
    private func watch(_ progress: DecodingProgress) async -> AudioFileError {
        var patience = DecodingPatience(limits.patience)
        repeat {
            do { try await clock.sleep(for: patience.step) } catch { return .cancelled }
        } while !patience.isOver(at: progress.frames)
        return .tooSlow(limit: limits.patience)
    }
}
