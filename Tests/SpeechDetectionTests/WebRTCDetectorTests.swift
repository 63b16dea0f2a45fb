import Audio
import Foundation
import SpeechDetection
import Testing

@Suite("WebRTC detector")
struct WebRTCDetectorTests {
    /// The share of frames that count as speech.
    static func voiced(_ samples: [Int16]) throws -> Double {
        let detector = try WebRTCDetector()
        let starts = stride(from: 0, through: samples.count - detector.frameLength, by: detector.frameLength)
        let voiced = starts.count { start in
            detector.score(samples.span.extracting(start..<start + detector.frameLength)) > 0.5
        }
        return Double(voiced) / Double(samples.count / detector.frameLength)
    }

    /// Ten seconds of a sound.
    static func sound(_ wave: (Double) -> Double) -> [Int16] {
        (0..<160_000).map { Int16(max(-32_768, min(32_767, wave(Double($0) / 16_000)))) }
    }

    @Test("Hears nothing in silence, direct current and steady hum")
    func steady() throws {
        #expect(try Self.voiced(Self.sound { _ in 0 }) == 0)
        #expect(try Self.voiced(Self.sound { _ in 8_000 }) < 0.02)
        let hum = Self.sound { time in
            (1...8).reduce(0) { $0 + 3_000 / Double($1) * sin(2 * .pi * 50 * Double($1) * time) }
        }
        #expect(try Self.voiced(hum) < 0.02)
    }

    @Test("Hears bursts of a voice-like sound")
    func bursts() throws {
        let voice = Self.sound { time in
            let isOn = time.truncatingRemainder(dividingBy: 1) < 0.5
            let formants = (1...20).reduce(0) { sum, harmonic in
                let frequency = 120 * Double(harmonic) * (1 + 0.02 * sin(2 * .pi * 5 * time))
                return sum + sin(2 * .pi * frequency * time) / Double(harmonic)
            }
            return isOn ? 4_000 * formants * (0.6 + 0.4 * sin(2 * .pi * 4 * time)) : 0
        }
        let share = try Self.voiced(voice)
        #expect(share > 0.3 && share < 0.8)
    }

    @Test("Starts over when reset")
    func reset() throws {
        let detector = try WebRTCDetector()
        let noise = (0..<320).map { Int16(truncatingIfNeeded: $0 &* 48_271 % 65_521) }
        let first = (0..<50).map { _ in detector.score(noise.span) }
        detector.reset()
        #expect((0..<50).map { _ in detector.score(noise.span) } == first)
    }
}
