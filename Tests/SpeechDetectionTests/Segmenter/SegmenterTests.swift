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
        let events = levels.flatMap { segmenter.advance(score: scores[$0] ?? 0, energy: 0) }
        return events + [segmenter.finish(at: segmenter.position)].compactMap(\.self)
    }

    @Test(
        "Cuts a stream",
        arguments: [
            ("", []),
            ("____", []),
            ("s_s_s_", []),
            ("__ss__", [.started(at: 1), .ended(.init(1..<5, .silence))]),
            ("ss", [.started(at: 0), .ended(.init(0..<2, .endOfStream))]),
            ("_susu_u__", [.started(at: 0), .ended(.init(0..<8, .silence))]),
            ("_ss_s__", [.started(at: 0), .ended(.init(0..<6, .silence))]),
            (
                "ss__ss",
                [.started(at: 0), .ended(.init(0..<3, .silence)), .started(at: 3), .ended(.init(3..<6, .endOfStream))]
            ),
            ("_ss_", [.started(at: 0), .ended(.init(0..<4, .endOfStream))]),
        ] as [(String, [Event])]
    )
    func cuts(levels: String, expected: [Event]) {
        #expect(Self.events(levels) == expected)
    }

    @Test(
        "Follows probabilities between its two thresholds",
        arguments: [
            ([0.6, 0.6, 0.4, 0.4, 0.4, 0.6, 0.3, 0.3], 0..<7),
            ([0.6, 0.6, 0.4, 0.3, 0.36, 0.3, 0.3, 0.9], 0..<6),
            ([0.4, 0.4, 0.4, 0.6, 0.3, 0.3, 0.3], nil),
            ([0.4, 0.4, 0.4, 0.6, 0.4, 0.3, 0.3], 2..<6),
            ([0.4, 0.4, 0.4, 0.4, 0.4, 0.4], nil),
        ] as [([Float], Range<SamplePosition>?)]
    )
    func probabilities(scores: [Float], expected: Range<SamplePosition>?) {
        var rules = Self.small
        (rules.threshold, rules.hysteresis) = (0.5, 0.15)
        var segmenter = Self.segmenter(rules)
        let ended = scores.flatMap { segmenter.advance(score: $0, energy: 0) }.filter {
            if case .ended = $0 { true } else { false }
        }
        #expect(ended == (expected.map { [.ended(.init($0, .silence))] } ?? []))
    }

    @Test("Averages scores over the smoothing length")
    func smoothing() {
        var rules = Self.small
        rules.smoothing = 5
        rules.minimumSpeech = 1
        var segmenter = Self.segmenter(rules)
        // Two of five is a mean of 0.4: enough to go on, not to start.
        for level in "_s_s" { #expect(segmenter.advance(score: Self.scores[level] ?? 0, energy: 0) == []) }
        #expect(segmenter.advance(score: 1, energy: 0) == [.started(at: 0)])
    }

    @Test(
        "Gives a commit what is open, to the sample",
        arguments: ["", "_", "____", "_s", "s_s", "_ss", "_ss_", "ss__"]
    )
    func commit(levels: String) {
        var segmenter = Self.segmenter()
        for level in levels { _ = segmenter.advance(score: Self.scores[level] ?? 0, energy: 0) }
        let settled = segmenter.settled
        let end = segmenter.position + 1
        let pending = segmenter.pending(at: end)
        #expect(pending.segment.range.lowerBound >= settled)
        #expect(pending.segment.range.upperBound == end)
        segmenter.restart(at: end)
        #expect(segmenter.settled == end)
        #expect(segmenter.pending(at: end).segment.range.isEmpty)
    }

    @Test("Tells a commit whether speech was heard", arguments: [("____", false), ("_s", true), ("_ss_", true)])
    func commitHearsSpeech(levels: String, hasSpeech: Bool) {
        var segmenter = Self.segmenter()
        for level in levels { _ = segmenter.advance(score: Self.scores[level] ?? 0, energy: 0) }
        #expect(segmenter.pending(at: segmenter.position).hasSpeech == hasSpeech)
    }

    @Test("Keeps everything for the commit without turn detection")
    func manual() {
        var segmenter = Self.segmenter(nil, maximum: 10)
        #expect(segmenter.advance(by: 4).isEmpty)
        #expect(segmenter.pending(at: 4).segment.range == 0..<4)
        segmenter.restart(at: 4)
        #expect(segmenter.advance(by: 25) == [.ended(.init(4..<14, .maximum)), .ended(.init(14..<24, .maximum))])
        #expect(segmenter.settled == 24)
        #expect(segmenter.advance(by: 5).isEmpty)
        #expect(segmenter.pending(at: 34).segment.range == 24..<34)
        #expect(segmenter.advance(by: 1) == [.ended(.init(24..<34, .maximum))])
        segmenter.restart(at: 24)
        #expect(segmenter.finish(at: 29) == .ended(.init(24..<29, .endOfStream)))
        #expect(segmenter.finish(at: 29) == nil)
    }

    @Test("Loses nothing when turn detection goes off and on in mid-speech")
    func switching() {
        var segmenter = Self.segmenter()
        for level in "__sss" { _ = segmenter.advance(score: Self.scores[level] ?? 0, energy: 0) }
        #expect(segmenter.change(turnDetection: nil, maximumUtterance: 1_000).isEmpty)
        #expect(segmenter.settled == 1)
        #expect(segmenter.advance(by: 3).isEmpty)
        #expect(segmenter.change(turnDetection: Self.small, maximumUtterance: 1_000).isEmpty)
        #expect(segmenter.settled == 1)
        #expect(segmenter.advance(score: 0, energy: 0).isEmpty)
        #expect(segmenter.advance(score: 0, energy: 0) == [.ended(.init(1..<9, .silence))])
    }

    /// Random scores and rules against a definition that looks at the whole stream each time.
    @Test("Agrees with a definition that recomputes everything", arguments: 0..<300)
    func agreesWithDefinition(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rules = TurnDetection(
            threshold: [0, 0.5, 0.6, 0.9].randomElement(using: &random) ?? 0.5,
            hysteresis: [0, 0.15, 0.2, 0.5].randomElement(using: &random) ?? 0.2,
            smoothing: .random(in: 1...6, using: &random),
            prefixPadding: .random(in: 0...4, using: &random),
            suffixPadding: .random(in: 0...4, using: &random),
            hangover: .random(in: 1...8, using: &random),
            minimumSpeech: .random(in: 1...5, using: &random)
        )
        rules.mergeGap = .random(in: 0...4, using: &random)
        let scores = (0..<120).map { _ in [0, 0, 0.35, 0.5, 1, 1].randomElement(using: &random) ?? Float(0) }
        var segmenter = Self.segmenter(rules)
        var events = scores.flatMap { segmenter.advance(score: $0, energy: 0) }
        events += [segmenter.finish(at: segmenter.position)].compactMap(\.self)
        #expect(events == Definition(rules: rules, scores: scores).events)
    }
}

/// The rules once more, on frames of one sample, with the means taken from the whole list of scores.
private struct Definition {
    let rules: TurnDetection
    let scores: [Float]

    private var exit: Float { max(rules.threshold - rules.hysteresis, rules.threshold / 2, 0.01) }

    var events: [Segmenter.Event] {
        var events: [Segmenter.Event] = []
        var floor = 0
        var forgotten = 0
        var candidate: (first: Int, speech: Int, voicedEnd: Int)?
        var utterance: (start: Int, voicedEnd: Int)?
        for now in 1...scores.count {
            let window = Array(scores[max(forgotten, now - rules.smoothing)..<now])
            let mean = window.reduce(0, +) / Float(rules.smoothing)
            let sounds = scores[now - 1] >= exit
            let isVoiced = sounds && mean >= exit
            if let open = utterance {
                if isVoiced { utterance?.voicedEnd = now }
                guard !sounds, now - open.voicedEnd >= rules.hangover else { continue }
                let end = min(open.voicedEnd + rules.suffixPadding, now)
                events.append(.ended(.init(SamplePosition(open.start)..<SamplePosition(end), .silence)))
                (floor, forgotten, utterance) = (end, now, nil)
                continue
            }
            if let open = candidate {
                if isVoiced { candidate = (open.first, open.speech + 1, now) }
                if !sounds, now - open.voicedEnd >= min(rules.mergeGap, rules.hangover) { candidate = nil }
            } else if sounds, mean >= rules.threshold {
                let first = window.firstIndex { $0 >= exit }.map { now - window.count + $0 } ?? now
                candidate = (first, window.count { $0 >= exit }, now)
            }
            if let open = candidate, open.speech >= rules.minimumSpeech {
                let start = max(floor, open.first - rules.prefixPadding)
                events.append(.started(at: SamplePosition(start)))
                (utterance, candidate) = ((start, open.voicedEnd), nil)
            }
        }
        if let open = utterance {
            let end = min(open.voicedEnd + rules.suffixPadding, scores.count)
            events.append(.ended(.init(SamplePosition(open.start)..<SamplePosition(end), .endOfStream)))
        }
        return events
    }
}
