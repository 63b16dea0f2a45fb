import Audio
import Foundation
import TestSupport
import Testing

@testable import SpeechDetection

@Suite("Features of Smart Turn")
struct SpeechFeaturesTests {
    /// Those of `scripts/make-turn-features`, which recorded what is expected.
    static let lengths = [0, 1, 8_000, 20_123, 128_000, 144_000]
    static let every = 37

    /// The script's signal.
    static func signal(_ length: Int) -> [Int16] {
        (0..<length).map { index in
            let second = index / 16_000
            let tone = (abs(index * (3 + second) % 400 - 200) - 100) * 120
            let gain = [256, 64, 16, 200, 4, 128, 0, 256, 32][second % 9]
            let noise = ReferenceAudio.hiss(index) * [300, 3_000, 30][index / 8_000 % 3]
            return Int16((tone * gain) >> 8 + noise >> 15 + 20)
        }
    }

    static func expected(_ length: Int) throws -> [Float] {
        let data = try Data(contentsOf: FetchedModel.root.appending(path: "Tests/Fixtures/turn-features.f32"))
        let count = SpeechFeatures.bands * ((SpeechFeatures.frames + every - 1) / every)
        let first = try #require(lengths.firstIndex(of: length)) * count
        try #require(data.count == 4 * count * lengths.count)
        return data.withUnsafeBytes { bytes in
            (first..<first + count).map { number in
                let bits = bytes.loadUnaligned(fromByteOffset: 4 * number, as: UInt32.self)
                return Float(bitPattern: UInt32(littleEndian: bits))
            }
        }
    }

    @Test("Are those that numpy computes in double precision", arguments: lengths)
    func reference(length: Int) throws {
        let features = SpeechFeatures().features(of: Self.signal(length))
        try #require(features.count == SpeechFeatures.bands * SpeechFeatures.frames)
        let expected = try Self.expected(length)
        var number = 0
        var worst: Float = 0
        for band in 0..<SpeechFeatures.bands {
            for frame in stride(from: 0, to: SpeechFeatures.frames, by: Self.every) {
                worst = max(worst, abs(features[band * SpeechFeatures.frames + frame] - expected[number]))
                number += 1
            }
        }
        #expect(number == expected.count)
        #expect(worst < 2e-4)
    }

    @Test("Are those of the last 8 s, whatever was before")
    func last() {
        let audio = Self.signal(130_000)
        let features = SpeechFeatures()
        #expect(features.features(of: audio) == features.features(of: Array(audio.suffix(SpeechFeatures.samples))))
        #expect(features.features(of: audio) != features.features(of: Array(audio.dropLast(2_000))))
    }

    @Test("Rest on the power of each frequency in each of eight frames")
    func spectra() throws {
        var random = SeededGenerator(seed: 7)
        let samples = (0..<FrameSpectra.window + 7 * FrameSpectra.hop).map { _ in
            Float.random(in: -1...1, using: &random)
        }
        var power = [FrameSpectra.Lanes](repeating: .zero, count: FrameSpectra.bins)
        FrameSpectra().power(samples, into: &power)
        for bin in stride(from: 0, to: FrameSpectra.bins, by: 8) {
            for lane in 0..<8 {
                var (real, imaginary) = (0.0, 0.0)
                for index in 0..<FrameSpectra.window {
                    let angle = 2 * Double.pi * Double(index) / Double(FrameSpectra.window)
                    let sample = Double(samples[lane * FrameSpectra.hop + index]) * (0.5 - 0.5 * cos(angle))
                    real += sample * cos(angle * Double(bin))
                    imaginary += sample * sin(angle * Double(bin))
                }
                #expect(abs(Double(power[bin][lane]) - real * real - imaginary * imaginary) < 1e-3)
            }
        }
    }
}
