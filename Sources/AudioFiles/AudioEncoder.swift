import Audio
import Glibc
public import Logging
import Subprocess
import SystemPackage
import Waiting

/// Compresses audio while it is made, with ffmpeg where it is installed.
///
/// Each recording has a process of its own, with an empty environment, which reads samples from its standard input and
/// can open nothing else. A fixed number of them runs at once, and others wait.
public struct AudioEncoder: Sendable {
    public enum Format: String, CaseIterable, Sendable {
        case mp3
        /// In Ogg.
        case opus
        /// In ADTS frames, which need no header for the whole.
        case aac
        case flac
    }

    private let executable: String
    private let turns: ConcurrencyLimit
    private let logger: Logger

    /// From now on the process ignores `SIGPIPE`: a write to an ffmpeg that was killed is an error of that write.
    ///
    /// - Parameters:
    ///   - ffmpeg: A path, or a name to find on PATH each time.
    ///   - limit: Processes at once; at least 1.
    public init(ffmpeg: String = "ffmpeg", limit: Int = 16, logger: Logger) {
        signal(SIGPIPE, SIG_IGN)
        executable = ffmpeg
        turns = ConcurrencyLimit(limit)
        self.logger = logger
    }

    /// Recordings that wait for a process.
    public var waiting: Int { turns.waiting }

    /// Whether ffmpeg is there.
    public var isAvailable: Bool {
        get async { (try? await path) != nil }
    }

    /// Compresses mono samples.
    ///
    /// Cancelling the task kills the process.
    ///
    /// - Parameters:
    ///   - rate: Samples per second.
    ///   - next: Gives more samples; `nil` at the end.
    ///   - write: Takes bytes of the result; what it does not take slows `next` down.
    /// - Throws: `AudioFileError`, and what `next` and `write` throw.
    public func encode(
        as format: Format,
        rate: Int,
        next: @escaping @Sendable () async throws -> [Int16]?,
        write: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let refused: (ConcurrencyLimit.Refusal) -> any Error = { _ in AudioFileError.cancelled }
        try await turns.run(orThrow: refused) { () async throws(any Error) in
            try await run(format, rate: rate, next: next, write: write)
        }
    }

    private func run(
        _ format: Format,
        rate: Int,
        next: @escaping @Sendable () async throws -> [Int16]?,
        write: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let path: FilePath
        do { path = try await self.path } catch { throw AudioFileError.unsupported }
        let result = try await Subprocess.run(
            .path(path),
            arguments: Arguments(Self.arguments(for: format, rate: rate)),
            environment: .custom([:]),
            workingDirectory: "/",
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution in
            let input = execution.standardInputWriter
            async let feeding: Void = Self.feed(input, next: next)
            for try await buffer in execution.standardOutput {
                try await write(buffer.withUnsafeBytes { Array($0) })
            }
            try await feeding
        }
        if Task.isCancelled { throw AudioFileError.cancelled }
        guard result.terminationStatus.isSuccess else {
            logger.error(
                "Audio not encoded",
                metadata: ["steno.ffmpeg.format": "\(format)", "steno.ffmpeg.reason": "\(result.terminationStatus)"]
            )
            throw AudioFileError.failed
        }
    }

    /// Writes all samples; ffmpeg learns of their end also when they end in an error.
    private static func feed(
        _ input: StandardInputWriter,
        next: @Sendable () async throws -> [Int16]?
    ) async throws {
        do {
            while let samples = try await next() {
                // A write of a cancelled task does nothing, and says nothing.
                try Task.checkCancellation()
                _ = try await input.write(PCM16.bytes(samples))
            }
        } catch {
            try? await input.finish()
            throw error
        }

        try await input.finish()
    }

    private var path: FilePath {
        get async throws {
            if executable.contains("/") { return FilePath(executable) }
            return try await Executable.name(executable).resolveExecutablePath(in: .inherit)
        }
    }

    /// What makes ffmpeg write each packet as soon as it is made.
    private static func arguments(for format: Format, rate: Int) -> [String] {
        let output =
            switch format {
            case .mp3: ["-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3"]
            case .opus: ["-c:a", "libopus", "-b:a", "32k", "-page_duration", "100000", "-f", "ogg"]
            case .aac: ["-c:a", "aac", "-b:a", "64k", "-f", "adts"]
            case .flac: ["-c:a", "flac", "-f", "flac"]
            }
        return ["-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe"]
            + ["-probesize", "32", "-f", "s16le", "-ar", "\(rate)", "-ac", "1", "-i", "pipe:0"]
            + ["-map_metadata", "-1", "-threads", "1"] + output + ["-flush_packets", "1", "pipe:1"]
    }
}
