import Audio
import Testing

@testable import AudioFiles

@Suite("Decoding patience")
struct DecodingPatienceTests {
    /// Steps until it is over, when each gives so many seconds of audio; `nil` when it outlasts them.
    static func end(_ seconds: [Double]) -> Int? {
        var patience = DecodingPatience(.seconds(8))
        var frames = 0.0
        return seconds.firstIndex { second in
            frames += second * Double(SampleClock.rate)
            return patience.isOver(at: Int(frames))
        }
    }

    @Test("Is over when the decoder stands still for as long, wherever it does")
    func standingStill() {
        #expect(Self.end([0, 0, 0, 0]) == 3)
        #expect(Self.end([100, 100, 0, 0, 0, 0.1, 0, 0, 0, 0]) == 9)
    }

    @Test("Has no end while the decoder is as fast as speech")
    func speech() {
        #expect(Self.end([Double](repeating: 2, count: 10_000)) == nil)
    }

    @Test("Is over when the decoder is behind speech by as much")
    func behind() {
        #expect(Self.end([Double](repeating: 1, count: 100)) == 8)
        #expect(Self.end([100] + [Double](repeating: 1, count: 200)) == 107)
    }
}
