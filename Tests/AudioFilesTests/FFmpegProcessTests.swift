import Audio
import Foundation
import InMemoryLogging
import Limits
import Logging
import TestSupport
import Testing

@testable import AudioFiles

/// What the reader does with the process, tried with scripts in ffmpeg's place.
@Suite("ffmpeg process", .timeLimit(.minutes(2)))
struct FFmpegProcessTests {
    static let flac = Array("fLaC".utf8)

    /// Runs `body` with the path of a shell script, and of a file that it may write.
    static func withScript(_ script: String, _ body: (_ path: String, _ note: URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (program, note) = (folder.appending(path: "ffmpeg"), folder.appending(path: "note"))
        let text = "#!/bin/sh\nnote='\(note.path)'\n\(script)\n"
        #expect(
            FileManager.default.createFile(
                atPath: program.path,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o755]
            )
        )
        try await body(program.path, note)
    }

    static func reader(
        _ program: String,
        _ limits: AudioFileReader.Limits = .init(),
        clock: any Clock<Duration> = ContinuousClock(),
        log: InMemoryLogHandler = InMemoryLogHandler()
    ) -> AudioFileReader {
        var logger = Logger(label: "test") { _ in log }
        logger.logLevel = .debug
        return AudioFileReader(limits: limits, ffmpeg: program, clock: clock, logger: logger)
    }

    /// Stays for ever, and says under which number.
    static let stuck = "echo $$ > \"$note.new\"; /bin/mv \"$note.new\" \"$note\"; exec /bin/sleep 100000"

    /// Prints the header of a recording that goes on to the end, as ffmpeg's output begins.
    static let header: String = {
        let bytes = WAVFile(sampleRate: SampleClock.rate, samples: []).encoded()
        return "/usr/bin/printf '" + bytes.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
    }()

    static func process(_ note: URL) -> pid_t? {
        (try? String(contentsOf: note, encoding: .utf8)).flatMap { pid_t($0.trimmingCharacters(in: .newlines)) }
    }

    static func isGone(_ process: pid_t) -> Bool { kill(process, 0) == -1 && errno == ESRCH }

    @Test("Is killed when the task is cancelled")
    func cancelled() async throws {
        try await Self.withScript(Self.stuck) { program, note in
            let reading = Task { await AudioFileReaderTests.failure(of: Self.flac, Self.reader(program)) }
            await until { Self.process(note) != nil }
            reading.cancel()
            #expect(await reading.value == .cancelled)
            let process = try #require(Self.process(note))
            #expect(Self.isGone(process))
        }
    }

    @Test("Is killed when it stands still")
    func standingStill() async throws {
        try await Self.withScript(Self.stuck) { program, note in
            let clock = ManualClock()
            let reader = Self.reader(program, .init(patience: .seconds(8)), clock: clock)
            async let failure = AudioFileReaderTests.failure(of: Self.flac, reader)
            await until { Self.process(note) != nil }
            for _ in 0..<4 {
                await until { clock.sleepers == 1 }
                clock.advance(by: .seconds(2))
            }
            #expect(await failure == .tooSlow(limit: .seconds(8)))
            let process = try #require(Self.process(note))
            #expect(Self.isGone(process))
        }
    }

    @Test("Is killed when it has given too much")
    func tooLong() async throws {
        try await Self.withScript("echo $$ > \"$note\"; \(Self.header); exec /bin/cat /dev/zero") { program, note in
            let failure = await AudioFileReaderTests.failure(
                of: Self.flac,
                Self.reader(program, .init(samples: 100_000))
            )
            #expect(failure == .tooLong(limit: 100_000))
            let process = try #require(Self.process(note))
            #expect(Self.isGone(process))
        }
    }

    @Test("May give exactly as much as is allowed", arguments: [(499, true), (500, true), (501, false)])
    func limit(count: Int, isRead: Bool) async throws {
        try await Self.withScript("\(Self.header); exec /usr/bin/head -c \(2 * count) /dev/zero") { program, _ in
            let failure = await AudioFileReaderTests.failure(of: Self.flac, Self.reader(program, .init(samples: 500)))
            #expect(failure == (isRead ? nil : .tooLong(limit: 500)))
        }
        let wav = WAVFile(sampleRate: 8_000, samples: [Int16](repeating: 0, count: count / 2)).encoded()
        let failure = await AudioFileReaderTests.failure(of: wav, Self.reader("", .init(samples: count)))
        #expect(failure == nil)
        let over = WAVFile(sampleRate: 8_000, samples: [Int16](repeating: 0, count: count / 2 + 1)).encoded()
        #expect(
            await AudioFileReaderTests.failure(of: over, Self.reader("", .init(samples: count)))
                == .tooLong(limit: count)
        )
    }

    @Test("Gets the file on its standard input, from the beginning, and nothing else")
    func input() async throws {
        let file = Self.flac + (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        setenv("STENO_TEST_SECRET", "secret", 1)
        defer { unsetenv("STENO_TEST_SECRET") }
        let script = """
            /usr/bin/env > "$note"; pwd >> "$note"; ls /proc/self/fd >> "$note"; \(Self.header); exec /bin/cat
            """
        try await Self.withScript(script) { program, note in
            let samples = try await Self.reader(program).read(file)
            #expect(PCM16.bytes(samples) == file)
            let seen = try String(contentsOf: note, encoding: .utf8).split(separator: "\n")
            #expect(!seen.isEmpty)
            #expect(!seen.contains { $0.hasPrefix("STENO_TEST_SECRET") || $0.hasPrefix("HOME") })
            #expect(seen.contains("/"))
            // 3 is the folder that ls itself reads.
            #expect(seen.filter { Int($0) != nil } == ["0", "1", "2", "3"])
        }
    }

    @Test("Can go back in its standard input")
    func seekable() async throws {
        try await Self.withScript("\(Self.header); /bin/cat > /dev/null; exec /bin/cat /proc/self/fd/0") { program, _ in
            let file = Self.flac + [1, 2, 3, 4]
            let samples = try await Self.reader(program).read(file)
            #expect(PCM16.bytes(samples) == file)
        }
    }

    @Test("May complain at any length; the log gets the beginning, the client none")
    func complaint() async throws {
        let log = InMemoryLogHandler()
        try await Self.withScript("/usr/bin/head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; exit 3") { program, _ in
            let failure = await AudioFileReaderTests.failure(of: Self.flac, Self.reader(program, log: log))
            #expect(failure == .undecodable)
        }
        let reason = try #require(log.entries.first?.metadata["steno.ffmpeg.reason"]?.description)
        #expect(reason.contains("xxxx"))
        #expect(reason.contains("3"))
        #expect(reason.count < 600)
    }

    private static func size(of file: URL) -> Int? {
        try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
    }

    @Test("Runs as often at once as is allowed; more wait, and too many are refused")
    func concurrency() async throws {
        let script =
            "echo x >> \"$note\"; while [ ! -e \"$note.go\" ]; do /bin/sleep 0.01; done; \(Self.header); exec /bin/cat"
        try await Self.withScript(script) { program, note in
            let reader = Self.reader(program, .init(decoders: 2, waiting: 1))
            let reading = (0..<3).map { _ in Task { await AudioFileReaderTests.failure(of: Self.flac, reader) } }
            await until { Self.size(of: note) == 4 && reader.waiting == 1 }
            #expect(await AudioFileReaderTests.failure(of: Self.flac, reader) == .busy)
            #expect(Self.size(of: note) == 4)
            try Data().write(to: URL(filePath: note.path + ".go"))
            for task in reading { #expect(await task.value == nil) }
            #expect(Self.size(of: note) == 6)
        }
    }

    @Test("Opens no file that its input names, whatever demuxer is chosen", arguments: AudioContainer.allCases)
    func playlists(container: AudioContainer) async throws {
        let real = try await encode(AudioFileReaderTests.wav, as: "a.wav", ["-c:a", "pcm_s16le"])
        let folder = FileManager.default.temporaryDirectory.appending(path: "steno-\(UUID().uuidString).wav")
        try Data(real).write(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ffmpeg = FFmpeg(executable: "ffmpeg", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for playlist in [
            "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://\(folder.path)\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile '\(folder.path)'\n",
        ] {
            await #expect(throws: AudioFileError.undecodable) { () async throws -> SampleFile in
                let file = try SpooledFile(Array(playlist.utf8))
                let memory = MemoryBudget(limit: .max)
                return try await ffmpeg.decode(file, from: container, limit: 1_000_000, memory: memory)
            }
        }
    }
}

@Suite("Decoded output")
struct DecodedOutputTests {
    @Test("Is the same however the bytes are split", arguments: [1, 2, 3, 7, 64, 1_000], [1, 3])
    func anySplit(size: Int, channels: Int) throws {
        let samples = (0..<333).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
        let file = WAVFile(sampleRate: SampleClock.rate, channels: channels, samples: samples)
        let bytes = file.encoded()
        let memory = MemoryBudget(limit: .max)
        var output = DecodedOutput(limit: 333 / channels, memory: memory, progress: DecodingProgress())
        for start in stride(from: 0, to: bytes.count, by: size) {
            try output.append(Array(bytes[start..<min(start + size, bytes.count)]).span.bytes)
        }
        #expect(try output.finish()?.samples() == file.mono)
    }

    @Test("Is nothing without a header, and no longer than is allowed")
    func limits() throws {
        var output = DecodedOutput(limit: 3, memory: MemoryBudget(limit: .max), progress: DecodingProgress())
        let nothing = try output.finish()
        #expect(nothing == nil)
        try output.append(WAVFile(sampleRate: SampleClock.rate, samples: [1, 2, 3]).encoded().span.bytes)
        #expect(throws: AudioFileError.tooLong(limit: 3)) { try output.append([1, 2].span.bytes) }
    }
}
