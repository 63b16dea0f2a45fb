import Audio
import Foundation
import Limits
import TestSupport
import Testing

@testable import AudioFiles

/// Files that are long, cut, ordered in a way a stream cannot be read in, or mixed to nothing.
@Suite("Long and odd files", .timeLimit(.minutes(5)))
struct LongAndOddFileTests {
    static let original = AudioFileReaderTests.original
    static let wav = AudioFileReaderTests.wav
    static let reader = AudioFileReaderTests.reader()

    @Test("Reads an hour that is compressed to almost nothing, and keeps none of it in memory")
    func hour() async throws {
        let silence = ["-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=3600", "-map", "1:a"]
        let file = try SpooledFile(try await encode(Self.wav, as: "a.flac", silence))
        let memory = MemoryBudget(limit: 2 << 20)
        let recording = try await AudioFileReaderTests.reader(memory: memory).read(file)
        #expect(recording.samples.count == 3_600 * SampleClock.rate)
        #expect(memory.used == 0)
    }

    @Test("Reads WAV of a low rate, of which there is much more after resampling, in little memory")
    func lowRate() async throws {
        let file = try SpooledFile(
            WAVFile(sampleRate: 1_000, samples: [Int16](repeating: 0, count: 3_500_000)).encoded()
        )
        let memory = MemoryBudget(limit: 2 << 20)
        let recording = try await AudioFileReaderTests.reader(memory: memory).read(file)
        #expect(recording.samples.count == 56_000_000)
        #expect(memory.used == 0)
    }

    @Test("Reads what stands behind the audio and is needed before it")
    func tableLast() async throws {
        let file = try await encode(Self.wav, as: "a.caf", ["-c:a", "libopus"])
        let text = String(decoding: file, as: Unicode.ASCII.self)
        let (data, table) = try (#require(text.range(of: "data")), #require(text.range(of: "pakt")))
        #expect(data.lowerBound < table.lowerBound)
        let samples = try await Self.reader.read(file)
        let (value, _) = Signal.correlation(Self.original, samples, lag: 2_500)
        #expect(value > 0.9)
    }

    static let streams: [(String, [String])] = [
        ("a.mp3", ["-b:a", "64k", "-write_xing", "0", "-id3v2_version", "0"]),
        ("a.mp3", ["-q:a", "2", "-ar", "44100", "-write_xing", "0", "-id3v2_version", "0"]),
        ("a.mp2", ["-c:a", "mp2", "-b:a", "96k"]), ("a.aac", ["-c:a", "aac", "-b:a", "64k"]),
    ]

    @Test("Finds where a stream goes on that begins inside a frame", arguments: streams, [1, 7, 100, 333, 1_001])
    func cutFront(stream: (name: String, arguments: [String]), count: Int) async throws {
        let file = try await encode(Self.wav, as: stream.name, stream.arguments)
        let samples = try await Self.reader.read(Array(file.dropFirst(count)))
        #expect(abs(samples.count - Self.original.count) < 9_000)
        let shift = Self.original.count - samples.count
        let (value, _) = Signal.correlation(Self.original, samples, lag: abs(shift) + 3_000)
        #expect(value > 0.9)
    }

    @Test("Makes no sound of noise")
    func noise() async throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20 {
            let bytes = [1] + (0..<20_000).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(await AudioFileReaderTests.failure(of: bytes, Self.reader) == .undecodable)
        }
    }

    @Test("Hears stereo in opposite phase", arguments: ["a.wav", "a.flac", "a.m4a", "a.mp3"])
    func oppositePhase(name: String) async throws {
        let channels = ["-af", "pan=stereo|c0=c0|c1=-1*c0", "-ar", "44100"]
        let samples = try await Self.reader.read(try await encode(Self.wav, as: name, channels))
        // Which of the two channels it is cannot be heard.
        let likeness = [samples, samples.map { $0 == .min ? .max : -$0 }].map {
            Signal.correlation(Self.original, $0, lag: 2_500).value
        }
        #expect((likeness.max() ?? 0) > 0.9)
        let power = samples.reduce(0) { $0 + Int($1) * Int($1) }
        #expect(power > Self.original.reduce(0) { $0 + Int($1) * Int($1) } / 2)
    }

    @Test("Counts the bytes that a WAV header leaves out")
    func ignoredBytes() async throws {
        let file = Self.wav + [UInt8](repeating: 0x90, count: 777)
        let recording = try await Self.reader.read(SpooledFile(file))
        #expect(recording.ignoredBytes == 777)
        #expect(recording.samples.count == Self.original.count)
    }

    @Test("Reads RF64, also when a writer left its sizes open")
    func rf64() async throws {
        let file = try await encode(Self.wav, as: "a.wav", ["-rf64", "always"])
        #expect(file.starts(with: "RF64".utf8))
        #expect(try WAVFile(parsing: file).samples == Self.original)
        #expect(try await AudioFileReaderTests.reader(ffmpeg: "/no/ffmpeg").read(file) == Self.original)
    }

    @Test("Stops with its task", arguments: ["a.wav", "a.flac"])
    func cancelled(name: String) async throws {
        let file = try await encode(Self.wav, as: name, ["-ar", "44100", "-ac", "2"])
        let reading = Task { await AudioFileReaderTests.failure(of: file, Self.reader) }
        reading.cancel()
        #expect(await reading.value == .cancelled)
    }
}
