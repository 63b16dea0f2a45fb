import Audio
import Foundation
import Testing

@Suite("Audio intake")
struct AudioIntakeTests {
    /// Bytes of a tone that uses the whole range.
    static func tone(count: Int) -> [UInt8] {
        (0..<count).flatMap { index in
            let sample = Int16(truncatingIfNeeded: index &* 2_654_435 >> 3)
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
    }

    /// What comes out of PCM16 cut into pieces of `sizes`, over and over.
    static func samples(_ bytes: [UInt8], rate: Int, pieces sizes: [Int]) -> [Int16] {
        samples(bytes, .pcm16(rate: rate), pieces: sizes)
    }

    static func samples(_ bytes: [UInt8], _ format: AudioFormat, pieces sizes: [Int]) -> [Int16] {
        var intake = AudioIntake()
        var samples: [Int16] = []
        var start = 0
        var turn = 0
        while start < bytes.count {
            let end = min(start + sizes[turn % sizes.count], bytes.count)
            intake.append(Array(bytes[start..<end]), format: format, to: &samples)
            start = end
            turn += 1
        }
        intake.drain(into: &samples)
        return samples
    }

    @Test("Gives PCM at 16 kHz back as it came")
    func passesThrough() {
        #expect(Self.samples([1, 0, 0xFF, 0xFF, 0, 0x80], rate: 16_000, pieces: [6]) == [1, -1, .min])
    }

    @Test(
        "Gives the same samples however the bytes are split",
        arguments: [8_000, 11_025, 16_000, 24_000, 44_100, 48_000],
        [[1], [3], [2, 5, 1], [640], [4_801]]
    )
    func anySplit(rate: Int, pieces: [Int]) {
        let bytes = Self.tone(count: 1_500)
        #expect(
            Self.samples(bytes, rate: rate, pieces: pieces) == Self.samples(bytes, rate: rate, pieces: [bytes.count])
        )
    }

    @Test("Keeps the length of the stream", arguments: [8_000, 11_025, 12_345, 22_050, 24_000, 44_100, 48_000])
    func length(rate: Int) {
        let count = rate * 3 / 2
        let samples = Self.samples(Self.tone(count: count), rate: rate, pieces: [3_200])
        #expect(abs(samples.count - 24_000) <= 1)
    }

    @Test("Keeps a tone's pitch and place through the resampler", arguments: [8_000, 24_000, 44_100, 48_000])
    func alignment(rate: Int) {
        // A step from silence to a 1 kHz tone in the middle of one second.
        let bytes = (0..<rate).flatMap { index -> [UInt8] in
            let time = Double(index) / Double(rate)
            let sample = time < 0.5 ? 0 : Int16(10_000 * sin(2 * .pi * 1_000 * time))
            return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        let samples = Self.samples(bytes, rate: rate, pieces: [960])
        let onset = samples.firstIndex { abs(Int($0)) > 3_000 } ?? 0
        #expect(abs(onset - 8_000) < 16)
        let crossings = zip(samples[9_000..<15_000], samples[9_001..<15_001]).count { $0 < 0 && $1 >= 0 }
        #expect(abs(crossings - 375) <= 1)
    }

    @Test("Changes rate in mid-stream without losing time")
    func rateChange() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        for rate in [8_000, 48_000, 16_000, 24_000] {
            intake.append(Self.tone(count: rate / 2), format: .pcm16(rate: rate), to: &samples)
        }
        intake.drain(into: &samples)
        #expect(abs(samples.count - 32_000) <= 3)
    }

    @Test("Skips a RIFF header at the start of a stream, and only there")
    func header() {
        let audio: [Int16] = [1, 2, 3]
        let file = WAVFile(sampleRate: 16_000, samples: audio).encoded()
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append([], format: .pcm16(rate: 16_000), to: &samples)
        intake.append(file, format: .pcm16(rate: 16_000), to: &samples)
        #expect(samples == audio)
        intake.append(file, format: .pcm16(rate: 16_000), to: &samples)
        #expect(samples.count == 2 * audio.count + 22)
        intake.drain(into: &samples)
        intake.append(file, format: .pcm16(rate: 16_000), to: &samples)
        #expect(samples.count == 3 * audio.count + 22)
    }

    @Test("Keeps half a sample over the end of a stream, but not over a reset or a header")
    func halfSample() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append([1, 0, 2], format: .pcm16(rate: 16_000), to: &samples)
        intake.drain(into: &samples)
        intake.append([0, 9], format: .pcm16(rate: 16_000), to: &samples)
        intake.reset()
        intake.append([3, 0, 9], format: .pcm16(rate: 16_000), to: &samples)
        intake.drain(into: &samples)
        intake.append(WAVFile(sampleRate: 16_000, samples: [4]).encoded(), format: .pcm16(rate: 16_000), to: &samples)
        #expect(samples == [1, 2, 3, 4])
    }

    static let laws: [(AudioFormat, @Sendable (UInt8) -> Int16)] = [
        (.muLaw, { G711.decodeMuLaw($0) }), (.aLaw, { G711.decodeALaw($0) }),
    ]

    @Test("Takes G.711 as PCM16 at 8 kHz with the decoded samples", arguments: laws, [[1], [7, 160], [100_000]])
    func g711(law: (AudioFormat, @Sendable (UInt8) -> Int16), pieces: [Int]) {
        let codes = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435 >> 5) }
        let decoded = codes.map(law.1)
        let samples = Self.samples(codes, law.0, pieces: pieces)
        #expect(samples.count == 4_000)
        #expect(samples == Self.samples(PCM16.bytes(decoded), rate: 8_000, pieces: [4_000]))
    }

    @Test("Skips a RIFF header before G.711")
    func headerOfG711() {
        var header = WAVFile(sampleRate: 8_000, samples: []).encoded()
        (header[20], header[34]) = (7, 8)
        let codes = [UInt8](repeating: 0x12, count: 800)
        #expect(Self.samples(header + codes, .muLaw, pieces: [10_000]) == Self.samples(codes, .muLaw, pieces: [800]))
    }

    @Test("Changes format in mid-stream without losing time, and drops half a sample there")
    func formatChange() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append([1, 0, 2], format: .pcm16(rate: 16_000), to: &samples)
        intake.append([UInt8](repeating: 0xFF, count: 4_000), format: .muLaw, to: &samples)
        intake.append([UInt8](repeating: 0xD5, count: 4_000), format: .aLaw, to: &samples)
        intake.append([3, 0], format: .pcm16(rate: 16_000), to: &samples)
        intake.drain(into: &samples)
        #expect(samples.count == 16_002)
        #expect(samples.first == 1)
        #expect(samples.last == 3)
    }
}
