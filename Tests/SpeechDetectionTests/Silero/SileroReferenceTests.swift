import Audio
import Foundation
import Testing

@testable import SpeechDetection

/// What `./entrypoint.sh setup` fetches.
enum FetchedModel {
    static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
    static let path = root.appending(path: "models/silero_vad_16k.safetensors").path

    static let network = Result { try SileroNetwork(path: path) }

    static func speech() throws -> [Int16] {
        try WAVFile(parsing: [UInt8](try Data(contentsOf: root.appending(path: "test.wav")))).samples
    }
}

/// The ten minutes of `Tests/EndToEnd/silero_reference.py`.
struct ReferenceAudio {
    static let frames = 18_750
    private static let gains = [256, 64, 16, 4, 1_024, 0]
    private static let section = 320_000

    let speech: [Int16]

    static func isReset(_ frame: Int) -> Bool {
        let (section, inside) = (frame * 512).quotientAndRemainder(dividingBy: section)
        return inside == 0 && section % 4 == 3
    }

    func frame(_ number: Int) -> [Int16] { (512 * number..<512 * (number + 1)).map(sample) }

    private func sample(_ index: Int) -> Int16 {
        let section = index / Self.section
        let at = index + 7_919 * section
        var sum = (Int(speech[at % speech.count]) * Self.gains[section % 6]) >> 8
        switch section % 5 {
        case 1: sum += (Self.hiss(index) * 100) >> 15
        case 2: sum += (Self.hiss(index) * 3_000) >> 15
        case 3: sum += (abs(index % 320 - 160) - 80) * 50
        case 4: sum += [30_011, 70_001, 110_017].reduce(0) { $0 + Int(speech[(at + $1) % speech.count]) >> 2 }
        default: break
        }
        return Int16(max(-32_768, min(32_767, sum)))
    }

    static func hiss(_ index: Int) -> Int {
        var x = UInt32(truncatingIfNeeded: index) &* 2_654_435_761
        x = (x ^ x >> 15) &* 2_246_822_519
        return Int((x ^ x >> 13) & 0xFFFF) - 32_768
    }
}

@Suite("Silero network against a plain forward pass in numpy")
struct SileroReferenceTests {
    /// The scores that the script has recorded.
    static func scores() throws -> [Float] {
        let data = try Data(contentsOf: FetchedModel.root.appending(path: "Tests/Fixtures/silero-scores.f32"))
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { number in
                Float(
                    bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * number, as: UInt32.self))
                )
            }
        }
    }

    @Test("Gives every score of ten minutes of levels and noises, through resets")
    func tenMinutes() throws {
        let expected = try Self.scores()
        try #require(expected.count == ReferenceAudio.frames)
        let audio = ReferenceAudio(speech: try FetchedModel.speech())
        let detector = SileroDetector(network: try FetchedModel.network.get())
        var worst: Float = 0
        for number in 0..<ReferenceAudio.frames {
            if ReferenceAudio.isReset(number) { detector.reset() }
            worst = max(worst, abs(detector.score(audio.frame(number).span) - expected[number]))
        }
        #expect(worst < 1e-4)
    }

    /// The first frames of a section that begins with a reset, where speech sets in.
    @Test("Gives the same scores in every way to multiply", arguments: PanelKernel.allCases.filter(\.isAvailable))
    func kernels(kernel: PanelKernel) throws {
        let expected = try Self.scores()
        let audio = ReferenceAudio(speech: try FetchedModel.speech())
        let weights = try SileroWeights(path: FetchedModel.path)
        let detector = SileroDetector(network: SileroNetwork(weights: weights, kernel: kernel))
        let first = 15 * 625
        #expect(ReferenceAudio.isReset(first))
        for number in first..<first + 40 {
            #expect(abs(detector.score(audio.frame(number).span) - expected[number]) < 1e-4)
        }
    }
}
