public import Audio
import Foundation
public import Logging
import Turns

/// Reads a whole audio file as mono samples at `SampleClock.rate`.
///
/// WAV is read here, whatever its rate, channels and PCM encoding. Every other container (MP3, MP4, FLAC, Ogg, WebM, AAC,
/// AIFF, AMR, AU, CAF), and WAV with compressed audio, goes through ffmpeg when it is installed, as a process of its own
/// with limits. Which one a file is, its bytes tell.
public struct AudioFileReader: Sendable {
    /// Bounds of what one file may cost.
    public struct Limits: Equatable, Sendable {
        /// Length of the audio, in samples at `SampleClock.rate`.
        public var samples: Int
        /// Time that the decoder may take, not counting the wait for it.
        public var time: Duration
        /// Decoders that run at once; at least 1.
        public var decoders: Int
        /// Files that may wait for a decoder.
        public var waiting: Int

        /// - Parameters:
        ///   - samples: Two hours, if not said.
        ///   - decoders: One per core, if not said.
        public init(
            samples: Int = 2 * 3_600 * SampleClock.rate,
            time: Duration = .seconds(60),
            decoders: Int? = nil,
            waiting: Int = 32
        ) {
            self.samples = samples
            self.time = time
            self.decoders = decoders ?? ProcessInfo.processInfo.activeProcessorCount
            self.waiting = waiting
        }
    }

    private let ffmpeg: FFmpeg
    private let limits: Limits
    private let turns: Turns
    private let clock: any Clock<Duration>

    /// Copies of a reader share its decoders.
    ///
    /// - Parameters:
    ///   - ffmpeg: A path, or a name to find on PATH each time.
    ///   - clock: What the time limit is measured by.
    public init(
        limits: Limits = Limits(),
        ffmpeg: String = "ffmpeg",
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.ffmpeg = FFmpeg(executable: ffmpeg, logger: logger)
        self.limits = limits
        self.clock = clock
        turns = Turns(limits.decoders, maximumWaiting: limits.waiting)
    }

    /// Files that wait for a decoder.
    var waiting: Int { turns.waiting }

    /// The samples of a file, mono at `SampleClock.rate`; channels are mixed to their mean.
    ///
    /// What a damaged file still holds is returned. Cancelling the task ends the decoder.
    @concurrent
    public func read(_ bytes: [UInt8]) async throws(AudioFileError) -> [Int16] {
        guard let container = AudioContainer(bytes) else { throw .undecodable }
        if container == .wav, let file = try wavFile(bytes) { return try samples(of: file) }
        return try await turns.run(orThrow: { $0 == .full ? .busy : .cancelled }) { () async throws(AudioFileError) in
            try await decode(bytes, from: container)
        }
    }

    /// `nil` when the file is one for ffmpeg: compressed, or RF64.
    private func wavFile(_ bytes: [UInt8]) throws(AudioFileError) -> WAVFile? {
        do { return try WAVFile(parsing: bytes) } catch {
            switch error {
            // RF64 begins like none.
            case .unsupported, .notWAV: return nil
            case .truncated, .unsupportedRate: throw .undecodable
            }
        }
    }

    private func samples(of file: WAVFile) throws(AudioFileError) -> [Int16] {
        let frames = file.samples.count / file.channels
        guard frames * SampleClock.rate <= limits.samples * file.sampleRate else {
            throw .tooLong(limit: limits.samples)
        }
        guard file.sampleRate != SampleClock.rate else { return file.mono }
        guard let resampler = try? Resampler(from: file.sampleRate) else { throw .failed }
        var samples: [Int16] = []
        resampler.process(file.mono, into: &samples)
        resampler.drain(into: &samples)
        return samples
    }

    /// Whichever ends first, the decoder or its time; the other is cancelled and waited for.
    private func decode(_ bytes: [UInt8], from container: AudioContainer) async throws(AudioFileError) -> [Int16] {
        let outcome = await withTaskGroup(of: Result<[Int16], AudioFileError>.self) { group in
            group.addTask {
                do throws(AudioFileError) {
                    let maximum = limits.samples
                    return .success(try await ffmpeg.decode(bytes, from: container, maximumSamples: maximum))
                } catch { return .failure(error) }
            }
            group.addTask {
                do { try await clock.sleep(for: limits.time) } catch { return .failure(.cancelled) }
                return .failure(.tooSlow(limit: limits.time))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.cancelled)
        }
        return try outcome.get()
    }
}
