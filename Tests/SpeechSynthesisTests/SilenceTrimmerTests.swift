import TestSupport
import Testing

@testable import SpeechSynthesis

@Suite("Silence trimmer")
struct SilenceTrimmerTests {
    private static func silence(_ count: Int) -> [Int16] { Array(repeating: 150, count: count) }
    private static let sound: [Int16] = [300, -300, 1_000]

    private static func trimmed(_ samples: [Int16], pieces size: Int = .max) -> [Int16] {
        var trimmer = SilenceTrimmer(rate: 1_000)
        var rest = samples[...]
        var result: [Int16] = []
        while !rest.isEmpty {
            result += trimmer.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return result + trimmer.finish()
    }

    @Test("Keeps a quarter of a second at both ends, and all silence within", arguments: [1, 7, 250, 1_000, .max])
    func ends(size: Int) {
        let within = Self.sound + Self.silence(900) + Self.sound
        let whole = Self.silence(600) + within + Self.silence(600)
        #expect(Self.trimmed(whole, pieces: size) == Self.silence(250) + within + Self.silence(250))
        let short = Self.silence(200) + within + Self.silence(10)
        #expect(Self.trimmed(short, pieces: size) == short)
        #expect(Self.trimmed(Self.silence(600), pieces: size) == [])
    }
}
