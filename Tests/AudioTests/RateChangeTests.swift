import Testing

@testable import Audio

@Suite("Changes of rate")
struct RateChangeTests {
    static let rates = [8_000, 11_025, 24_000, 44_100, 48_000, 12_345, 47_999]

    static func noise(_ count: Int, seed: Int) -> [UInt8] {
        PCM16.bytes((0..<count).map { Int16(truncatingIfNeeded: ($0 + seed) &* 2_654_435 >> 3) / 4 })
    }

    @Test("Make the samples that each part makes by itself", arguments: rates, rates)
    func parts(one: Int, other: Int) {
        var kept = AudioIntake()
        for turn in 0..<12 {
            let rate = turn % 2 == 0 ? one : other
            let bytes = Self.noise(1 + turn * 191, seed: turn)
            var (samples, expected): ([Int16], [Int16]) = ([], [])
            kept.append(bytes, format: .pcm16(rate: rate), to: &samples)
            kept.drain(into: &samples)
            var fresh = AudioIntake()
            fresh.append(bytes, format: .pcm16(rate: rate), to: &expected)
            fresh.drain(into: &expected)
            #expect(samples.count == expected.count)
            guard [8_000, 24_000, 48_000].contains(rate) else { continue }
            #expect(WAVStreamTests.isSame(samples, expected))
        }
    }

    @Test("Need no new resampler for rates that come again, nor does a clear or a commit")
    func kept() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        var made: Set<ObjectIdentifier> = []
        for turn in 0..<40 {
            intake.append(Self.noise(100, seed: turn), format: .pcm16(rate: Self.rates[turn % 4]), to: &samples)
            if turn % 5 == 0 { intake.reset() }
            if turn % 7 == 0 { intake.drain(into: &samples) }
            // What is kept from turn to turn stays alive, so that no other has its place in memory.
            if turn >= 4 { #expect(made.isSuperset(of: intake.resamplers.map { ObjectIdentifier($0) })) }
            made.formUnion(intake.resamplers.map { ObjectIdentifier($0) })
        }
        #expect(made.count == 4)
        for rate in Self.rates { intake.append([1, 0], format: .pcm16(rate: rate), to: &samples) }
        #expect(intake.resamplers.count == 4)
    }

    @Test("Let nothing of what was cleared come out")
    func cleared() {
        var intake = AudioIntake()
        var samples: [Int16] = []
        intake.append(Self.noise(4_000, seed: 0), format: .pcm16(rate: 8_000), to: &samples)
        intake.reset()
        samples = []
        intake.append([UInt8](repeating: 0, count: 4_000), format: .pcm16(rate: 8_000), to: &samples)
        intake.drain(into: &samples)
        #expect(samples == [Int16](repeating: 0, count: 4_000))
    }
}
