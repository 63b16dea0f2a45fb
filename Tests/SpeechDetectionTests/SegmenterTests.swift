import Audio
import SpeechDetection
import TestSupport
import Testing

@Suite("Segmenter")
struct SegmenterTests {
    typealias Event = Segmenter.Event

    /// Frames of one sample, no averaging; two voiced frames open an utterance, two silent ones close it.
    static let small = TurnDetection(
        threshold: 0.6,
        smoothing: 1,
        prefixPadding: 1,
        suffixPadding: 1,
        hangover: 2,
        minimumSpeech: 2
    )

    /// `s` speech, `u` unclear, `_` silence.
    static let scores: [Character: Float] = ["s": 1, "u": 0.5, "_": 0]

    static func segmenter(_ turnDetection: TurnDetection? = small, maximum: Int = 1_000) -> Segmenter {
        Segmenter(frameLength: 1, turnDetection: turnDetection, maximumUtterance: maximum)
    }

    static func events(_ levels: some StringProtocol, maximum: Int = 1_000) -> [Event] {
        var segmenter = segmenter(maximum: maximum)
        let events = levels.flatMap { segmenter.advance(score: scores[$0] ?? 0) }
        return events + [segmenter.finish(at: segmenter.position)].compactMap(\.self)
    }

    @Test(
        "Cuts a stream",
        arguments: [
            ("", []),
            ("____", []),
            ("s_s_s_", []),
            ("__ss__", [.started(at: 1), .ended(1..<5, .silence)]),
            ("ss", [.started(at: 0), .ended(0..<2, .endOfStream)]),
            ("_susu_u__", [.started(at: 0), .ended(0..<8, .silence)]),
            ("_ss_s__", [.started(at: 0), .ended(0..<6, .silence)]),
            ("ss__ss", [.started(at: 0), .ended(0..<3, .silence), .started(at: 3), .ended(3..<6, .endOfStream)]),
            ("_ss_", [.started(at: 0), .ended(0..<4, .endOfStream)]),
        ] as [(String, [Event])]
    )
    func cuts(levels: String, expected: [Event]) {
        #expect(Self.events(levels) == expected)
    }

    /// Every stream of up to nine frames (29,524 of them) against a second definition of the same rules.
    @Test("Agrees with a regular expression on every short stream", arguments: 0...9)
    func agreesWithRegularExpression(length: Int) {
        for levels in Self.streams(of: length) {
            var expected: [Event] = []
            var floor = 0
            for match in levels.matches(of: /su*s.*?(?<silence>__|_?$)/) {
                let begin = levels.distance(from: levels.startIndex, to: match.range.lowerBound)
                let silence = levels.distance(from: levels.startIndex, to: match.silence.startIndex)
                let start = max(floor, begin - 1)
                let end = min(silence + 1, length)
                floor = end
                let reason: Segmenter.Reason = match.silence.count == 2 ? .silence : .endOfStream
                expected += [
                    .started(at: SamplePosition(start)), .ended(SamplePosition(start)..<SamplePosition(end), reason),
                ]
            }
            #expect(Self.events(levels) == expected, "\(levels)")
        }
    }

    @Test(
        "Follows probabilities between its two thresholds",
        arguments: [
            ([0.6, 0.6, 0.4, 0.4, 0.4, 0.6, 0.3, 0.3], 0..<7),
            ([0.6, 0.6, 0.4, 0.3, 0.36, 0.3, 0.3, 0.9], 0..<6),
            ([0.4, 0.4, 0.4, 0.6, 0.4, 0.3, 0.3], nil),
            ([0.4, 0.4, 0.4, 0.6, 0.6, 0.3, 0.3], 2..<6),
            ([0.4, 0.4, 0.4, 0.4, 0.4, 0.4], nil),
        ] as [([Float], Range<SamplePosition>?)]
    )
    func probabilities(scores: [Float], expected: Range<SamplePosition>?) {
        var rules = Self.small
        (rules.threshold, rules.hysteresis) = (0.5, 0.15)
        var segmenter = Self.segmenter(rules)
        let ended = scores.flatMap { segmenter.advance(score: $0) }.filter {
            if case .ended = $0 { true } else { false }
        }
        #expect(ended == (expected.map { [.ended($0, .silence)] } ?? []))
    }

    @Test("Averages scores over the smoothing length")
    func smoothing() {
        var rules = Self.small
        rules.smoothing = 5
        rules.minimumSpeech = 1
        var segmenter = Self.segmenter(rules)
        // Two of five is a mean of 0.4: enough to go on, not to start.
        for level in "_s_s" { #expect(segmenter.advance(score: Self.scores[level] ?? 0) == []) }
        #expect(segmenter.advance(score: 1) == [.started(at: 0)])
    }

    @Test("Cuts at the maximum without losing a sample", arguments: 2...12)
    func maximum(maximum: Int) {
        let events = Self.events("_sssssssssssssssssssssss__", maximum: maximum)
        var covered: SamplePosition = 0
        for case .ended(let range, _) in events {
            #expect(range.lowerBound == covered)
            #expect(range.count <= maximum)
            covered = range.upperBound
        }
        #expect((24...26).contains(covered))
    }

    @Test(
        "Gives a commit what is open, to the sample",
        arguments: ["", "_", "____", "_s", "s_s", "_ss", "_ss_", "ss__"]
    )
    func commit(levels: String) {
        var segmenter = Self.segmenter()
        for level in levels { _ = segmenter.advance(score: Self.scores[level] ?? 0) }
        let settled = segmenter.settled
        let end = segmenter.position + 1
        let pending = segmenter.pending(at: end)
        #expect(pending.range.lowerBound >= settled)
        #expect(pending.range.upperBound == end)
        segmenter.restart(at: end)
        #expect(segmenter.settled == end)
        #expect(segmenter.pending(at: end).range.isEmpty)
    }

    @Test("Tells a commit whether speech was heard", arguments: [("____", false), ("_s", true), ("_ss_", true)])
    func commitHearsSpeech(levels: String, hasSpeech: Bool) {
        var segmenter = Self.segmenter()
        for level in levels { _ = segmenter.advance(score: Self.scores[level] ?? 0) }
        #expect(segmenter.pending(at: segmenter.position).hasSpeech == hasSpeech)
    }

    @Test("Keeps everything for the commit without turn detection")
    func manual() {
        var segmenter = Self.segmenter(nil, maximum: 10)
        #expect(segmenter.advance(by: 4).isEmpty)
        #expect(segmenter.pending(at: 4).range == 0..<4)
        segmenter.restart(at: 4)
        #expect(segmenter.advance(by: 25) == [.ended(4..<14, .maximum), .ended(14..<24, .maximum)])
        #expect(segmenter.settled == 24)
        #expect(segmenter.finish(at: 29) == .ended(24..<29, .endOfStream))
        #expect(segmenter.finish(at: 29) == nil)
    }

    @Test("Loses nothing when turn detection goes off and on in mid-speech")
    func switching() {
        var segmenter = Self.segmenter()
        for level in "__sss" { _ = segmenter.advance(score: Self.scores[level] ?? 0) }
        segmenter.setTurnDetection(nil)
        #expect(segmenter.settled == 1)
        #expect(segmenter.advance(by: 3).isEmpty)
        segmenter.setTurnDetection(Self.small)
        #expect(segmenter.settled == 1)
        #expect(segmenter.advance(score: 0).isEmpty)
        #expect(segmenter.advance(score: 0) == [.ended(1..<9, .silence)])
    }

    /// Random scores and rules against a definition that looks at the whole stream each time.
    @Test("Agrees with a definition that recomputes everything", arguments: 0..<300)
    func agreesWithDefinition(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rules = TurnDetection(
            threshold: [0, 0.5, 0.6, 0.9].randomElement(using: &random) ?? 0.5,
            hysteresis: [0, 0.15, 0.2, 0.5].randomElement(using: &random) ?? 0.2,
            smoothing: .random(in: 1...6, using: &random),
            prefixPadding: .random(in: 0...4, using: &random),
            suffixPadding: .random(in: 0...4, using: &random),
            hangover: .random(in: 1...8, using: &random),
            minimumSpeech: .random(in: 1...5, using: &random)
        )
        let maximum = Int.random(in: 3...40, using: &random)
        let scores = (0..<120).map { _ in [0, 0, 0.35, 0.5, 1, 1].randomElement(using: &random) ?? Float(0) }
        var segmenter = Self.segmenter(rules, maximum: maximum)
        var events = scores.flatMap { segmenter.advance(score: $0) }
        events += [segmenter.finish(at: segmenter.position)].compactMap(\.self)
        #expect(events == Definition(rules: rules, maximum: maximum, scores: scores).events)
    }

    private static func streams(of length: Int) -> [String] {
        length == 0 ? [""] : streams(of: length - 1).flatMap { stream in "su_".map { stream + String($0) } }
    }
}

/// The rules once more, on frames of one sample, with the means taken from the whole list of scores.
private struct Definition {
    let rules: TurnDetection
    let maximum: Int
    let scores: [Float]

    var events: [Segmenter.Event] {
        var events: [Segmenter.Event] = []
        let voiced = max(rules.threshold - rules.hysteresis, 0.01)
        var floor = 0
        var forgotten = 0
        var first: Int?
        var utterance: (start: Int, voicedEnd: Int)?
        for now in 1...scores.count {
            let window = Array(scores[max(forgotten, now - rules.smoothing)..<now])
            let mean = window.reduce(0, +) / Float(rules.smoothing)
            let isVoiced = scores[now - 1] >= voiced
            if utterance == nil {
                if mean >= rules.threshold {
                    let voiced = window.firstIndex { $0 >= voiced }.map { now - window.count + $0 } ?? now
                    let from = first ?? max(floor, voiced)
                    first = from
                    if now - from >= rules.minimumSpeech {
                        let start = max(floor, from - rules.prefixPadding)
                        events.append(.started(at: SamplePosition(start)))
                        utterance = (start, now)
                        first = nil
                    }
                } else if mean < rules.threshold - rules.hysteresis {
                    first = nil
                }
            } else if isVoiced, mean >= rules.threshold - rules.hysteresis {
                utterance?.voicedEnd = now
            }
            while let open = utterance, now - open.start >= maximum {
                events.append(.ended(SamplePosition(open.start)..<SamplePosition(open.start + maximum), .maximum))
                floor = open.start + maximum
                utterance?.start = floor
            }
            if let open = utterance, !isVoiced, now - open.voicedEnd >= rules.hangover {
                let end = min(open.voicedEnd + rules.suffixPadding, now)
                if end > open.start {
                    events.append(.ended(SamplePosition(open.start)..<SamplePosition(end), .silence))
                    floor = end
                }
                utterance = nil
                forgotten = now
            }
        }
        if let open = utterance {
            let end = min(open.voicedEnd + rules.suffixPadding, scores.count)
            if end > open.start {
                events.append(.ended(SamplePosition(open.start)..<SamplePosition(end), .endOfStream))
            }
        }
        return events
    }
}
