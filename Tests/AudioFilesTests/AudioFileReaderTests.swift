import Audio
import Foundation
import Limits
import Logging
import TestSupport
import Testing

@testable import AudioFiles

@Suite("Audio file reader", .timeLimit(.minutes(2)))
struct AudioFileReaderTests {
    static let original = Signal.samples(seconds: 3)
    static let wav = WAVFile(sampleRate: SampleClock.rate, samples: original).encoded()

    /// Samples that a codec may put before or after the audio.
    struct Form: Sendable {
        var name: String
        var arguments: [String]
        var padding: Int
        var likeness = 0.95
    }

    static let forms = [
        Form(name: "a.mp3", arguments: ["-b:a", "64k"], padding: 2_500),
        Form(name: "a.mp3", arguments: ["-b:a", "64k", "-metadata", "title=A", "-id3v2_version", "3"], padding: 2_500),
        Form(name: "a.ogg", arguments: ["-c:a", "libopus", "-b:a", "48k"], padding: 500),
        Form(name: "a.oga", arguments: ["-c:a", "libvorbis"], padding: 1_100),
        Form(name: "a.flac", arguments: [], padding: 0, likeness: 0.999_9),
        Form(name: "a.m4a", arguments: ["-c:a", "aac", "-b:a", "64k"], padding: 2_100),
        Form(name: "b.m4a", arguments: ["-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart"], padding: 2_100),
        Form(name: "a.mp4", arguments: ["-c:a", "alac"], padding: 0, likeness: 0.999_9),
        Form(name: "a.webm", arguments: ["-c:a", "libopus", "-b:a", "48k"], padding: 700),
        Form(name: "a.mka", arguments: ["-c:a", "pcm_s16le"], padding: 0, likeness: 0.999_9),
        Form(name: "a.aac", arguments: ["-c:a", "aac", "-b:a", "64k"], padding: 2_100),
        Form(name: "a.aiff", arguments: [], padding: 0, likeness: 0.999_9),
        Form(name: "a.caf", arguments: ["-c:a", "pcm_s16le"], padding: 0, likeness: 0.999_9),
        Form(name: "a.au", arguments: [], padding: 0, likeness: 0.999_9),
        Form(name: "adpcm.wav", arguments: ["-c:a", "adpcm_ima_wav"], padding: 2_100),
        Form(name: "stereo.flac", arguments: ["-ac", "2", "-ar", "44100"], padding: 2, likeness: 0.999),
    ]

    static func reader(
        _ limits: AudioFileReader.Limits = .init(),
        memory: MemoryBudget = MemoryBudget(limit: .max),
        ffmpeg: String = "ffmpeg"
    ) -> AudioFileReader {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return AudioFileReader(limits: limits, memory: memory, ffmpeg: ffmpeg, logger: logger)
    }

    /// The error that reading ends with, `nil` when there is none.
    static func failure(of bytes: [UInt8], _ reader: AudioFileReader) async -> AudioFileError? {
        do throws(AudioFileError) {
            _ = try await reader.read(bytes)
            return nil
        } catch { return error }
    }

    @Test("Decodes what ffmpeg encodes, in length and shape", arguments: forms)
    func decodes(form: Form) async throws {
        let file = try await Self.encoded(form)
        let samples = try await Self.reader().read(file)
        #expect(abs(samples.count - Self.original.count) <= form.padding)
        let (value, _) = Signal.correlation(Self.original, samples, lag: form.padding + 2)
        #expect(value > form.likeness)
    }

    static func encoded(_ form: Form) async throws -> [UInt8] {
        try await encode(wav, as: form.name, form.arguments)
    }

    @Test("Reads an MP4 file whose index comes last")
    func indexLast() async throws {
        let file = try await encode(Self.wav, as: "a.m4a", ["-c:a", "aac"])
        let text = String(decoding: file, as: Unicode.ASCII.self)
        let index = try #require(text.range(of: "moov"))
        let media = try #require(text.range(of: "mdat"))
        #expect(media.lowerBound < index.lowerBound)
        #expect(try await Self.reader().read(file).count > 47_000)
    }

    @Test("Takes the sound of a film and a cover picture's file, and leaves the pictures")
    func pictures() async throws {
        let film = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=3", "-shortest", "-c:a", "aac"]
        for (name, codec) in [("a.mp4", "libx264"), ("a.mkv", "mpeg4")] {
            let file = try await encode(Self.wav, as: name, film + ["-c:v", codec])
            let samples = try await Self.reader().read(file)
            #expect(abs(samples.count - Self.original.count) < 2_200)
        }
        let silent = try await encode(Self.wav, as: "silent.mp4", film + ["-c:v", "libx264", "-map", "1:v"])
        #expect(await Self.failure(of: silent, Self.reader()) == .undecodable)
    }

    static let encodings = [
        "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw",
    ]

    @Test("Reads every PCM encoding of WAV without ffmpeg", arguments: encodings, [1, 2, 6])
    func wavEncodings(encoding: String, channels: Int) async throws {
        let file = try await encode(Self.wav, as: "a.wav", ["-c:a", encoding, "-ac", "\(channels)"])
        let samples = try await Self.reader(ffmpeg: "/no/ffmpeg").read(file)
        #expect(samples.count == Self.original.count)
        let (value, lag) = Signal.correlation(Self.original, samples, lag: 1)
        #expect(value > 0.998)
        #expect(lag == 0)
    }

    @Test("Resamples WAV of any rate", arguments: [1_000, 8_000, 11_025, 22_050, 44_100, 96_000, 384_000])
    func wavRates(rate: Int) async throws {
        let file = WAVFile(sampleRate: rate, samples: Signal.samples(seconds: 1.5, rate: rate)).encoded()
        let samples = try await Self.reader(ffmpeg: "/no/ffmpeg").read(file)
        #expect(abs(samples.count - 24_000) <= 1)
        if rate >= 8_000 {
            let (value, lag) = Signal.correlation(Signal.samples(seconds: 1.5), samples, lag: 2)
            #expect(value > 0.999)
            #expect(lag == 0)
        }
    }

    @Test("Gives an empty WAV file's samples: none")
    func emptyWAV() async throws {
        #expect(try await Self.reader().read(WAVFile(sampleRate: 8_000, samples: []).encoded()).isEmpty)
    }

    @Test("Says what to do when ffmpeg is absent", arguments: ["/no/ffmpeg", "steno-no-such-program"])
    func absent(ffmpeg: String) async throws {
        let flac = try await encode(Self.wav, as: "a.flac", [])
        let error = await Self.failure(of: flac, Self.reader(ffmpeg: ffmpeg))
        #expect(error == .unsupported)
        #expect(error?.description == "This server reads WAV only; install ffmpeg to send other formats")
    }

    @Test(
        "Refuses bytes that are no audio",
        arguments: [
            "", "hello, world", "RIFF\0\0\0\0WAVE", "ID3\u{4}\0\0\0\0\0\u{1}ab", "OggS",
            "fLaC but not really, only text of some length",
        ]
    )
    func refuses(text: String) async {
        #expect(await Self.failure(of: Array(text.utf8), Self.reader()) == .undecodable)
    }

    @Test("Refuses damaged files and keeps what can be decoded of others", arguments: forms)
    func damaged(form: Form) async throws {
        let file = try await Self.encoded(form)
        var random = SeededGenerator(seed: 3)
        let noise = file.prefix(16) + (16..<file.count).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Whatever comes of it, it ends, within the limit, as samples or as one of the errors.
        let failure = await Self.failure(of: Array(noise), Self.reader(.init(samples: 16_000 * 60)))
        #expect(failure == nil || failure == .undecodable || failure == .tooLong(limit: 16_000 * 60))
        let cut = await Self.failure(of: Array(file.prefix(file.count / 2)), Self.reader())
        #expect(cut == nil || cut == .undecodable)
    }
}

extension AudioFileReader {
    /// The samples of a file whose bytes are at hand.
    func read(_ bytes: [UInt8]) async throws(AudioFileError) -> [Int16] {
        try await read(SpooledFile(bytes)).samples.samples()
    }
}
