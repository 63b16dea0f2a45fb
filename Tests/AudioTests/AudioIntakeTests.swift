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

    /// What comes out of `bytes` cut into pieces of `sizes`, over and over.
    static func samples(_ bytes: [UInt8], rate: Int, pieces sizes: [Int]) -> [Int16] {
        var intake = AudioIntake()
        var samples: [Int16] = []
        var start = 0
        var turn = 0
        while start < bytes.count {
            let end = min(start + sizes[turn % sizes.count], bytes.count)
            intake.append(Array(bytes[start..<end]), rate: rate, to: &samples)
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
        let bytes = Self.tone(count: 5_000)
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
            intake.append(Self.tone(count: rate / 2), rate: rate, to: &samples)
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
        intake.append([], rate: 16_000, to: &samples)
        intake.append(file, rate: 16_000, to: &samples)
        #expect(samples == audio)
        intake.append(file, rate: 16_000, to: &samples)
        #expect(samples.count == 2 * audio.count + 22)
        intake.drain(into: &samples)
        intake.append(file, rate: 16_000, to: &samples)
        #expect(samples.count == 3 * audio.count + 22)
    }

    @Test("Keeps half a sample over the end of a stream, but not over a reset or a header")
    func halfSample() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append([1, 0, 2], rate: 16_000, to: &samples)
        intake.drain(into: &samples)
        intake.append([0, 9], rate: 16_000, to: &samples)
        intake.reset()
        intake.append([3, 0, 9], rate: 16_000, to: &samples)
        intake.drain(into: &samples)
        intake.append(WAVFile(sampleRate: 16_000, samples: [4]).encoded(), rate: 16_000, to: &samples)
        #expect(samples == [1, 2, 3, 4])
    }
}
