import Audio
import Limits
import Logging
import Subprocess
import SystemPackage

/// ffmpeg as a process of its own that can read nothing but the bytes it is given.
///
/// The demuxer is ours to say, so none that opens other files or hosts (playlists, scripts) is ever tried; the protocols
/// are limited to standard input; decoders of anything but audio are off; and the environment is empty, both because it
/// holds keys and because it can make ffmpeg write reports.
struct FFmpeg: Sendable {
    /// A path, or a name to find on PATH.
    var executable: String
    var logger: Logger

    /// Decodes to mono at `SampleClock.rate`.
    ///
    /// Cancelling the task kills the process.
    ///
    /// - Parameter limit: The most samples that the recording may have.
    func decode(
        _ file: SpooledFile,
        from container: AudioContainer,
        limit: Int,
        memory: MemoryBudget,
        progress: DecodingProgress = DecodingProgress()
    ) async throws(AudioFileError) -> SampleFile {
        defer { withExtendedLifetime(file) {} }
        do {
            let result = try await run(
                .path(path),
                arguments: Arguments(Self.arguments(for: container)),
                environment: .custom([:]),
                workingDirectory: "/",
                input: .fileDescriptor(file.descriptor, closeAfterSpawningProcess: false),
                output: .sequence,
                error: .sequence
            ) { execution in
                async let complaint = Self.beginning(of: execution.standardError)
                var output = DecodedOutput(limit: limit, memory: memory, progress: progress)
                for try await buffer in execution.standardOutput { try output.append(buffer.bytes) }
                return (samples: try output.finish(), complaint: await complaint)
            }
            if Task.isCancelled { throw AudioFileError.cancelled }
            let (samples, complaint) = result.closureResult
            guard result.terminationStatus.isSuccess, let samples, samples.count > 0 else {
                log("File not decoded", container: container, reason: "\(result.terminationStatus) \(complaint)")
                throw AudioFileError.undecodable
            }
            return samples
        } catch let error as AudioFileError {
            throw error
        } catch {
            if Task.isCancelled { throw .cancelled }
            if (error as? SubprocessError)?.code == .executableNotFound { throw .unsupported }
            logger.error("ffmpeg not run", metadata: ["steno.ffmpeg.reason": "\(error)"])
            throw .failed
        }
    }

    private var path: FilePath {
        get async throws {
            if executable.contains("/") { return FilePath(executable) }
            return try await Executable.name(executable).resolveExecutablePath(in: .inherit)
        }
    }

    private func log(_ message: Logger.Message, container: AudioContainer, reason: String) {
        logger.debug(
            message,
            metadata: ["steno.ffmpeg.container": "\(container)", "steno.ffmpeg.reason": "\(reason)"]
        )
    }

    /// The beginning of what the process complains of, on one line; the rest is read and forgotten.
    private static func beginning(of stream: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in stream where bytes.count < 500 {
                buffer.withUnsafeBytes { bytes += $0.prefix(500 - bytes.count) }
            }
        } catch {
            // What was read until then is all there is to say.
        }
        return String(decoding: bytes.map { (0x20..<0x7F).contains($0) ? $0 : 0x20 }, as: UTF8.self)
    }
}
