import Foundation
import Testing

@testable import Audio

@Suite("Resampler to other rates")
struct ResamplerRateTests {
    @Test(
        "Keeps the length and the pitch of a stream",
        arguments: [(16_000, 24_000), (22_050, 24_000), (24_000, 8_000)]
    )
    func rates(from rate: Int, to outputRate: Int) throws {
        let tone = { (rate: Int, index: Int) in Int16(8_000 * sin(2 * .pi * 440 * Double(index) / Double(rate))) }
        let resampler = try Resampler(from: rate, to: outputRate)
        var samples: [Int16] = []
        let input = (0..<rate).map { tone(rate, $0) }
        for start in stride(from: 0, to: rate, by: 777) {
            resampler.process(Array(input[start..<min(start + 777, rate)]), into: &samples)
        }
        resampler.drain(into: &samples)
        #expect(samples.count == outputRate)
        // Not at the edges, where the filter looks into silence.
        let middle = outputRate / 10..<outputRate * 9 / 10
        #expect(middle.allSatisfy { abs(Int(samples[$0]) - Int(tone(outputRate, $0))) < 100 })
    }
}
