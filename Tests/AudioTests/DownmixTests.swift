import Audio
import TestSupport
import Testing

@Suite("Downmix")
struct DownmixTests {
    static let rate = 8_000

    /// A triangular wave with a period of 40 samples.
    static func tone(_ count: Int, level: Int = 8_000) -> [Int] {
        (0..<count).map { level * (abs($0 % 40 - 20) - 10) / 10 }
    }

    /// Frames of as many channels, one after the other.
    static func frames(_ channels: [[Int]]) -> [Int16] {
        channels[0].indices.flatMap { index in channels.map { Int16($0[index]) } }
    }

    static func mix(_ samples: [Int16], channels: Int, piece: Int = .max) -> [Int16] {
        var downmix = Downmix(channels: channels, rate: rate)
        var mono: [Int16] = []
        var rest = samples[...]
        while !rest.isEmpty {
            downmix.append(Array(rest.prefix(piece)), to: &mono)
            rest = rest.dropFirst(piece)
        }
        downmix.finish(into: &mono)
        return mono
    }

    @Test("Is the mean of channels that agree, that differ, and of which one is silent")
    func mean() {
        let tone = Self.tone(2_000)
        let other = tone.indices.map { 8_000 * (abs($0 % 26 - 13) - 6) / 7 }
        for second in [tone, other, [Int](repeating: 0, count: tone.count)] {
            #expect(
                Self.mix(Self.frames([tone, second]), channels: 2) == zip(tone, second).map { Int16(($0 + $1) / 2) }
            )
        }
    }

    @Test("Is the louder channel where the channels cancel each other out", arguments: [100, 95, 80])
    func opposite(percent: Int) {
        let tone = Self.tone(2_000)
        let inverse = tone.map { -$0 * percent / 100 }
        for channels in [[tone, inverse], [inverse, tone]] {
            let mono = Self.mix(Self.frames(channels), channels: 2)
            // Of two that are equally loud the first is taken, whichever that is.
            let expected = percent == 100 ? channels[0] : tone
            #expect(mono.dropFirst(80).elementsEqual(expected.dropFirst(80).map { Int16($0) }))
            #expect(mono.count == tone.count)
        }
    }

    @Test("Is one channel of many when only that one has sound")
    func oneOfMany() {
        let (tone, silence) = (Self.tone(2_000), [Int](repeating: 0, count: 2_000))
        let mono = Self.mix(Self.frames([silence, silence, tone, silence, silence, silence]), channels: 6)
        #expect(mono.dropFirst(80).elementsEqual(tone.dropFirst(80).map { Int16($0) }))
    }

    @Test("Fades between the mean and a channel, and stays with one of two that are equally loud")
    func changes() {
        let tone = Self.tone(8_800)
        // From in phase to opposite, with the louder channel changing by little, and back.
        let second = tone.indices.map { index in
            switch index {
            case 2_400..<4_000: tone[index] * (3_200 - index) / 800
            case 4_000..<6_400: -tone[index] * (index / 800 % 2 == 0 ? 101 : 99) / 100
            case 6_400..<8_000: tone[index] * (index - 7_200) / 800
            default: tone[index]
            }
        }
        let mono = Self.mix(Self.frames([tone, second]), channels: 2)
        let steps = zip(mono, mono.dropFirst()).map { abs(Int($0) - Int($1)) }
        #expect((steps.max() ?? 0) <= 1_000, "the wave itself rises by 800 a sample")
        let power = mono[4_000..<6_400].map { Int($0) * Int($0) }.reduce(0, +)
        #expect(power > tone[4_000..<6_400].map { $0 * $0 }.reduce(0, +) * 9 / 10)
    }

    @Test("Is the same however the samples come", arguments: [1, 2, 7, 1_599, 1_600, 1_601])
    func anySplit(piece: Int) {
        var random = SeededGenerator(seed: 2)
        let samples = (0..<10_000).map { index in
            Int16.random(in: -3_000...3_000, using: &random) / (index % 5_000 < 2_500 ? 1 : 50)
        }
        for channels in [1, 2, 3] {
            #expect(Self.mix(samples, channels: channels, piece: piece) == Self.mix(samples, channels: channels))
        }
    }
}
