import Audio
import SpeechDetection
import TestSupport
import Testing

/// What happens to speech that is longer than an utterance may be.
@Suite("Long utterances")
struct LongUtteranceTests {
    /// Frames of 20 ms.
    private static let frame = 320

    static func segmenter(soft: Int = 18_000, maximum: Int = 24_000) -> Segmenter {
        var rules = TurnDetection.silero
        rules.softMaximum = SampleClock.samples(milliseconds: soft)
        return Segmenter(
            frameLength: frame,
            turnDetection: rules,
            maximumUtterance: SampleClock.samples(milliseconds: maximum),
            overlap: 24_000
        )
    }

    /// The utterances of a stream that is given by its score and energy at a time in milliseconds.
    static func utterances(
        _ segmenter: inout Segmenter,
        milliseconds: Int,
        _ sound: (Int) -> (score: Float, energy: Float)
    ) -> [Segmenter.Segment] {
        var events: [Segmenter.Event] = []
        for index in 0..<milliseconds / 20 {
            let (score, energy) = sound(index * 20)
            events += segmenter.advance(score: score, energy: energy)
        }
        events += [segmenter.finish(at: segmenter.position)].compactMap(\.self)
        return events.compactMap { if case .ended(let segment) = $0 { segment } else { nil } }
    }

    @Test(
        "Cuts in the pause, wherever it lies in the last seconds",
        arguments: Array(stride(from: 13_200, to: 23_000, by: 490))
    )
    func pause(at pause: Int) {
        var segmenter = Self.segmenter()
        let found = Self.utterances(&segmenter, milliseconds: 30_000) { time in
            (pause..<pause + 240).contains(time) ? (0.05, 30) : (0.95, time / 100 % 2 == 0 ? 60 : 70)
        }
        #expect(found.map(\.reason) == [.valley, .endOfStream])
        let cut = SampleClock.milliseconds(at: found[0].range.upperBound)
        #expect((pause + 60...pause + 180).contains(Int(cut)), "\(cut)")
        #expect(found[1].range.lowerBound == found[0].range.upperBound)
    }

    @Test("Prefers the deeper of two pauses")
    func deeper() {
        var segmenter = Self.segmenter()
        let found = Self.utterances(&segmenter, milliseconds: 30_000) { time in
            switch time {
            case 15_000..<15_240: (0.05, 35)
            case 16_500..<16_740: (0.05, 30)
            case 17_400..<17_560: (0.3, 45)
            default: (0.95, 65)
            }
        }
        #expect((16_500...16_740).contains(SampleClock.milliseconds(at: found[0].range.upperBound)))
    }

    @Test("Takes a shallow valley only when the maximum is near")
    func demands() throws {
        var ends: [Int64] = []
        for score in [Float(0.05), 0.5] {
            var segmenter = Self.segmenter()
            let found = Self.utterances(&segmenter, milliseconds: 23_900) { time in
                time % 4_000 >= 3_800 ? (score, 40) : (0.95, 65)
            }
            ends.append(SampleClock.milliseconds(at: found[0].range.upperBound))
        }
        #expect(ends[0] < 18_000)
        #expect(ends[1] >= 18_000)
    }

    /// A level that is even but for a dip in the last second before the maximum, if any.
    @Test(
        "Cuts in mid-speech where it is quietest, and lets both sides hear the overlap",
        arguments: [
            (nil, 23_375), (23_400, 23_410), (23_300, 23_310), (23_100, 23_375), (23_700, 23_375),
        ] as [(Int?, Int)]
    )
    func maximum(dip: Int?, expected: Int) throws {
        var segmenter = Self.segmenter()
        let found = Self.utterances(&segmenter, milliseconds: 60_000) { time in
            (0.95, dip.map { ($0..<$0 + 20).contains(time) } == true ? 55 : 60)
        }
        #expect(found.map(\.reason) == [.maximum, .maximum, .endOfStream])
        let cut = SampleClock.milliseconds(at: found[0].range.upperBound)
        // A dip elsewhere in the overlap would leave too little on one side.
        #expect(abs(Int(cut) - expected) <= 20, "\(cut)")
        #expect(found[0].heard == 0..<384_000)
        for (one, next) in zip(found, found.dropFirst()) {
            #expect(next.range.lowerBound == one.range.upperBound)
            #expect(next.heard.lowerBound == one.heard.upperBound - 24_000)
            #expect(one.heard.count <= 384_000)
        }
    }

    @Test("Lets a long utterance end by itself when a pause begins")
    func pauseAtSoftMaximum() {
        var segmenter = Self.segmenter()
        let found = Self.utterances(&segmenter, milliseconds: 25_000) { time in
            time < 17_900 ? (0.95, 60) : (0.02, 25)
        }
        #expect(found.map(\.reason) == [.silence])
        #expect(abs(SampleClock.milliseconds(at: found[0].range.upperBound) - 18_130) <= 60)
    }

    /// Random scores, levels, commits and changes of every setting.
    @Test("Is never longer than the maximum, and shares only what a cut makes it share", arguments: 0..<300)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var maximum = Int.random(in: 8...60, using: &random)
        let overlap = Int.random(in: 0...20, using: &random)
        var segmenter = Segmenter(
            frameLength: Int.random(in: 1...4, using: &random),
            turnDetection: Self.rules(&random),
            maximumUtterance: maximum,
            overlap: overlap
        )
        var last = Segmenter.Segment(0..<0, .commit)
        func check(_ segment: Segmenter.Segment) {
            #expect(!segment.range.isEmpty && segment.heard.count <= maximum)
            #expect(segment.range.lowerBound >= last.range.upperBound)
            #expect(segment.rightContext == 0 || segment.reason == .maximum)
            if segment.leftContext > 0 {
                #expect(last.reason == .maximum && segment.range.lowerBound == last.range.upperBound)
                #expect(segment.leftContext + last.rightContext <= overlap)
            }
            last = segment
        }
        var settled: SamplePosition = 0
        for _ in 0..<400 {
            var events: [Segmenter.Event] = []
            switch Int.random(in: 0..<60, using: &random) {
            case 0:
                maximum = Int.random(in: 8...60, using: &random)
                events = segmenter.change(
                    turnDetection: Bool.random(using: &random) ? nil : Self.rules(&random),
                    maximumUtterance: maximum
                )
            case 1:
                let (segment, _) = segmenter.pending(at: segmenter.position)
                #expect(segment.heard.count <= maximum && segment.heard.lowerBound >= settled)
                if !segment.range.isEmpty { check(segment) }
                segmenter.restart(at: segmenter.position)
            default:
                let isLoud = Int.random(in: 0..<5, using: &random) > 0
                events = segmenter.advance(
                    score: isLoud ? .random(in: 0.4...1, using: &random) : .random(in: 0...0.3, using: &random),
                    energy: .random(in: 20...70, using: &random)
                )
            }
            for case .ended(let segment) in events { check(segment) }
            for case .started(let start) in events { #expect(start >= settled) }
            #expect(segmenter.settled >= settled)
            settled = segmenter.settled
        }
    }

    private static func rules(_ random: inout SeededGenerator) -> TurnDetection {
        var rules = TurnDetection(
            threshold: .random(in: 0...1, using: &random),
            smoothing: .random(in: 0...8, using: &random),
            prefixPadding: .random(in: 0...80, using: &random),
            suffixPadding: .random(in: 0...20, using: &random),
            hangover: .random(in: 1...30, using: &random),
            minimumSpeech: .random(in: 0...20, using: &random)
        )
        rules.hysteresis = .random(in: 0...0.5, using: &random)
        rules.mergeGap = .random(in: 0...20, using: &random)
        rules.onsetSearch = .random(in: 0...60, using: &random)
        rules.offsetSearch = .random(in: 0...10, using: &random)
        rules.softMaximum = .random(in: 1...60, using: &random)
        return rules
    }
}
