import Audio
import Foundation
import TestSupport
import Testing

@Suite("Audio enhancer")
struct AudioEnhancerTests {
    /// White noise, evenly spread.
    static func noise(_ amplitude: Int, count: Int, seed: UInt64 = 1) -> [Int16] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Int16(Int.random(in: -amplitude...amplitude, using: &random)) }
    }

    /// Syllables: 250 ms of a pitch with its harmonics, which glides, and 250 ms of nothing.
    static func syllables(seconds: Int, harmonics: ClosedRange<Int> = 1...12) -> [Int16] {
        (0..<16_000 * seconds).map { index in
            let time = Double(index) / 16_000
            let place = (time * 2).truncatingRemainder(dividingBy: 1)
            guard place < 0.5 else { return 0 }
            let pitch = 140 + 20 * sin(time)
            let voice = harmonics.reduce(0) { $0 + sin(2 * .pi * pitch * Double($1) * time) / Double($1) }
            return Int16(5_000 * voice * sin(2 * .pi * place))
        }
    }

    static func processed(
        _ input: [Int16],
        _ reduction: NoiseReduction? = .nearField,
        gainControl: Bool = false,
        pieces sizes: [Int] = [3_200]
    ) throws -> [Int16] {
        let enhancer = try AudioEnhancer(.init(noiseReduction: reduction, gainControl: gainControl))
        var samples: [Int16] = []
        var (start, turn) = (0, 0)
        while start < input.count {
            let end = min(start + sizes[turn % sizes.count], input.count)
            enhancer.process(Array(input[start..<end]), into: &samples)
            (start, turn) = (end, turn + 1)
        }
        enhancer.drain(into: &samples)
        return samples
    }

    /// Mean power in dB; 0 is full scale.
    static func level(_ samples: some Collection<Int16>) -> Double {
        let power = samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)
        return 10 * log10(max(power, 1e-9) / (32_768 * 32_768))
    }

    @Test("Gives back as many samples as it got", arguments: [0, 1, 63, 64, 65, 95, 96, 97, 159, 160, 161, 320, 4_321])
    func count(count: Int) throws {
        #expect(try Self.processed(Self.noise(9_000, count: count)).count == count)
    }

    @Test("Gives every sample within 16 ms")
    func latency() throws {
        let enhancer = try AudioEnhancer(.init(noiseReduction: .farField))
        var samples: [Int16] = []
        for taken in 1...2_000 {
            enhancer.process([Int16(taken)], into: &samples)
            #expect(taken - samples.count <= 255)
        }
    }

    @Test(
        "Gives the same samples however the input is split",
        arguments: [[1], [7, 160], [159, 1], [161], [640], [4_801]],
        NoiseReduction.allCases
    )
    func anySplit(pieces: [Int], reduction: NoiseReduction) throws {
        let input = zip(Self.syllables(seconds: 1), Self.noise(500, count: 16_000)).map(&+)
        let whole = try Self.processed(input, reduction, pieces: [input.count])
        #expect(try Self.processed(input, reduction, pieces: pieces) == whole)
    }

    /// The shift at which two signals are most alike, over 600 ms of them.
    static func shift(_ input: [Int16], _ output: [Int16]) -> Int? {
        let shifts = -200...200
        let likeness = shifts.map { shift in
            (24_000..<34_000).reduce(0) { $0 + Int(input[$1]) * Int(output[$1 + shift]) }
        }
        return likeness.indices.max { likeness[$0] < likeness[$1] }.map { $0 + shifts.lowerBound }
    }

    /// From 840 Hz on: the high-pass filter moves the phase of what is near its cutoff.
    static let bright = syllables(seconds: 4, harmonics: 6...24)

    @Test("Keeps every sample in its place", arguments: [nil] + NoiseReduction.allCases, [false, true])
    func alignment(reduction: NoiseReduction?, gainControl: Bool) throws {
        let output = try Self.processed(Self.bright, reduction, gainControl: gainControl)
        #expect(Self.shift(Self.bright, output) == 0)
    }

    @Test("Goes on in place after a drain in mid-stream", arguments: [20_000, 20_003, 20_100])
    func alignmentAfterDrain(place: Int) throws {
        let enhancer = try AudioEnhancer(.init(noiseReduction: .nearField))
        var output: [Int16] = []
        enhancer.process(Array(Self.bright[..<place]), into: &output)
        enhancer.drain(into: &output)
        #expect(output.count == place)
        enhancer.process(Array(Self.bright[place...]), into: &output)
        enhancer.drain(into: &output)
        #expect(output.count == Self.bright.count)
        #expect(Self.shift(Self.bright, output) == 0)
    }

    /// How far noise falls, in dB: the level of suppression that the library documents, with room for its estimate.
    static let reductions: [(NoiseReduction, ClosedRange<Double>)] = [(.nearField, 11...14), (.farField, 16...20)]

    @Test("Lowers white noise", arguments: reductions)
    func noiseFalls(reduction: NoiseReduction, decibels: ClosedRange<Double>) throws {
        let input = Self.noise(1_000, count: 16_000 * 5)
        let output = try Self.processed(input, reduction)
        #expect(decibels.contains(Self.level(input[32_000...]) - Self.level(output[32_000...])))
    }

    @Test("Lowers the noise between syllables and keeps the syllables", arguments: reductions)
    func speechStays(reduction: NoiseReduction, decibels: ClosedRange<Double>) throws {
        let clean = Self.syllables(seconds: 6)
        let noise = Self.noise(600, count: clean.count)
        let output = try Self.processed(zip(clean, noise).map(&+), reduction)
        // Speech fills the first half of each half second; 50 ms on either side of an edge are left out.
        let late = 48_000..<clean.count
        let speech = late.filter { (800..<3_200).contains($0 % 8_000) }
        let pauses = late.filter { (4_800..<7_200).contains($0 % 8_000) }
        #expect(abs(Self.level(speech.map { output[$0] }) - Self.level(speech.map { clean[$0] })) < 2)
        #expect(Self.level(pauses.map { noise[$0] }) - Self.level(pauses.map { output[$0] }) > decibels.lowerBound - 2)
    }

    @Test("Takes an offset away")
    func highPass() throws {
        let output = try Self.processed([Int16](repeating: 3_000, count: 32_000))
        #expect(abs(output[24_000...].reduce(0) { $0 + Int($1) } / 8_000) < 30)
    }

    @Test("Raises quiet speech only with gain control")
    func gainControl() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let recording = try WAVFile(parsing: Array(Data(contentsOf: root.appending(path: "test.wav"))))
        let quiet = recording.samples.map { $0 / 8 }
        let plain = try Self.processed(quiet)
        let raised = try Self.processed(quiet, gainControl: true)
        #expect(raised.count == quiet.count)
        #expect(Self.level(raised) > Self.level(quiet) + 10)
        #expect(Self.level(plain) < Self.level(quiet))
        let raisedAlone = try Self.processed(quiet, nil, gainControl: true)
        #expect(Self.level(raisedAlone) > Self.level(quiet) + 10)
    }

    @Test("Is as new after a reset")
    func reset() throws {
        let enhancer = try AudioEnhancer(.init(noiseReduction: .farField))
        var forgotten: [Int16] = []
        enhancer.process(Self.noise(8_000, count: 20_001), into: &forgotten)
        enhancer.reset()
        var samples: [Int16] = []
        let input = Self.syllables(seconds: 1)
        enhancer.process(input, into: &samples)
        enhancer.drain(into: &samples)
        #expect(samples == (try Self.processed(input, .farField)))
    }
}
