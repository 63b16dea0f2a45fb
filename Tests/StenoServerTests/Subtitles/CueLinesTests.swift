import Audio
import Testing

@testable import StenoServer

@Suite("Cues on a screen")
struct CueLinesTests {
    @Test(
        "Have one line while it is short, else two of like length, rather divided behind a comma",
        arguments: [
            ("Short enough to be on one line.", ["Short enough to be on one line."]),
            ("three &\nfour", ["three & four"]),
            (
                "This sentence is longer than forty-two letters are.",
                ["This sentence is longer", "than forty-two letters are."]
            ),
            (
                "When all is said and done, there is nothing more to say.",
                ["When all is said and done,", "there is nothing more to say."]
            ),
            ("Donaudampfschifffahrtsgesellschaftskapitänsmütze", ["Donaudampfschifffahrtsgesellschaftskapitänsmütze"]),
        ]
    )
    func lines(text: String, lines: [String]) {
        #expect(CueLines(text).lines == lines)
    }

    static func shown(_ ranges: [Range<Int>], length: Int) -> [Range<Int>] {
        let cues = ranges.map { range in
            let samples = SamplePosition(16 * range.lowerBound)..<SamplePosition(16 * range.upperBound)
            return Cue(range: samples, text: "a", separator: "")
        }
        return CueTiming.shown(cues, length: 16 * length).map { cue in
            Int(cue.range.lowerBound) / 16..<Int(cue.range.upperBound) / 16
        }
    }

    @Test(
        "Stay long enough to be read where there is room, and do not flicker",
        arguments: [
            ([0..<300], 5_000, [0..<833]),
            ([0..<300], 500, [0..<500]),
            ([0..<300, 700..<2_000], 5_000, [0..<617, 700..<2_000]),
            ([0..<2_000, 2_400..<4_000], 5_000, [0..<2_317, 2_400..<4_000]),
            ([0..<2_000, 2_600..<4_000], 5_000, [0..<2_000, 2_600..<4_000]),
            ([0..<2_000, 2_000..<4_000], 5_000, [0..<2_000, 2_000..<4_000]),
            ([0..<2_000, 2_040..<4_000], 5_000, [0..<2_000, 2_040..<4_000]),
            ([0..<6_900, 7_300..<8_000], 9_000, [0..<7_000, 7_300..<8_133]),
        ] as [([Range<Int>], Int, [Range<Int>])]
    )
    func times(spoken: [Range<Int>], length: Int, shown: [Range<Int>]) {
        #expect(Self.shown(spoken, length: length) == shown)
    }
}
