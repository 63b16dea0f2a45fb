import Audio
import SpeechDetection
import Testing

/// Every short stream against a second definition of the rules, which sees the whole stream at once.
@Suite("Segmenter by definition")
struct SegmenterDefinitionTests {
    /// Frames of one sample: silence, a noise that is no speech, a voice that fades, a voice.
    private static let alphabet: [Character: (score: Float, energy: Float)] = [
        "_": (0, 20), "l": (0, 50), "u": (0.4, 20), "s": (1, 50),
    ]

    /// Threshold, hysteresis, minimum speech, merge gap, hangover, prefix, suffix, onset search, offset search.
    private static let parameters: [[Int]] = [
        [2, 0, 2, 1, 2, 0, 1],
        [2, 2, 3, 1, 1, 2, 2],
        [3, 1, 2, 0, 3, 1, 0],
        [1, 3, 4, 2, 0, 3, 3],
        [0, 2, 1, 1, 1, 0, 4],
    ]

    static func rules(_ values: [Int]) -> TurnDetection {
        var rules = TurnDetection(
            threshold: 0.6,
            smoothing: 1,
            prefixPadding: values[3],
            suffixPadding: values[4],
            hangover: max(1, values[2]),
            minimumSpeech: values[0]
        )
        rules.hysteresis = 0.25
        rules.mergeGap = values[1]
        rules.onsetSearch = values[5]
        rules.offsetSearch = values[6]
        return rules
    }

    @Test("Agrees with the definition on every short stream", arguments: 0..<5, 0...7)
    func everyStream(parameters: Int, length: Int) {
        let rules = Self.rules(Self.parameters[parameters])
        for stream in Self.streams(of: length) {
            let frames = stream.map { Self.alphabet[$0] ?? (0, 0) }
            var segmenter = Segmenter(frameLength: 1, turnDetection: rules, maximumUtterance: 1_000)
            var events = frames.flatMap { segmenter.advance(score: $0.score, energy: $0.energy) }
            events += [segmenter.finish(at: segmenter.position)].compactMap(\.self)
            #expect(events == Definition(rules: rules, frames: frames).events, "\(stream)")
        }
    }

    private static func streams(of length: Int) -> [String] {
        length == 0 ? [""] : streams(of: length - 1).flatMap { stream in "_lus".map { stream + String($0) } }
    }
}

/// The rules as statements about a whole stream of frames of one sample that are not averaged.
private struct Definition {
    let rules: TurnDetection
    let frames: [(score: Float, energy: Float)]

    private func isVoiced(_ index: Int) -> Bool { frames[index].score >= 0.35 }
    private func isStrong(_ index: Int) -> Bool { frames[index].score >= 0.6 }

    /// Speech that is enough for an utterance.
    private struct Speech {
        var first: Int
        /// Where there was enough of it.
        var enough: Int
    }

    var events: [Segmenter.Event] {
        var events: [Segmenter.Event] = []
        var from = 0
        var floor = 0
        while let speech = speech(from: from) {
            let start = max(floor, onset(speech.first) - rules.prefixPadding)
            let last = last(after: speech.enough)
            let heard = min(last + 1 + rules.hangover, frames.count)
            let quiet = offset(last, heard: heard)
            let end = min((quiet >= max(start, floor) ? quiet : last) + 1 + rules.suffixPadding, heard)
            let isOver = last + rules.hangover < frames.count
            events.append(.started(at: SamplePosition(start)))
            let reason = isOver ? Segmenter.Reason.silence : .endOfStream
            events.append(.ended(.init(SamplePosition(start)..<SamplePosition(end), reason)))
            (from, floor) = (heard, end)
        }
        return events
    }

    /// The first strong frame that enough voiced frames follow, none of them too far from the one before.
    private func speech(from: Int) -> Speech? {
        let pause = max(1, min(rules.mergeGap, rules.hangover))
        var voiced: [Int] = []
        for index in from..<max(from, frames.count) where isVoiced(index) {
            if let before = voiced.last, index - before > pause { voiced = [] }
            if !voiced.isEmpty || isStrong(index) { voiced.append(index) }
            if let first = voiced.first, voiced.count >= rules.minimumSpeech {
                return Speech(first: first, enough: index)
            }
        }
        return nil
    }

    /// The first voiced frame from `index` on that is followed by as much silence as ends an utterance, or the last.
    private func last(after index: Int) -> Int {
        let voiced = (index..<frames.count).filter(isVoiced)
        return voiced.first { one in
            let silence = one + 1..<min(one + 1 + rules.hangover, frames.count)
            return silence.count == rules.hangover && !silence.contains(where: isVoiced)
        } ?? voiced.last ?? index
    }

    /// Behind the last quiet frame before `first`, or as far back as is looked.
    private func onset(_ first: Int) -> Int {
        let reach = max(0, first - rules.onsetSearch)..<first
        let level = reach.map { frames[$0].energy }.min() ?? 0
        let quiet = reach.last { frames[$0].score < 0.1 && frames[$0].energy <= level + 6 }
        return quiet.map { $0 + 1 } ?? reach.lowerBound
    }

    /// The last loud frame before `last` when that is quiet, or else the last clear one; or behind it for as long as it
    /// stays loud.
    private func offset(_ last: Int, heard: Int) -> Int {
        guard rules.offsetSearch > 0 else { return last }
        let reach = max(0, last - rules.offsetSearch)...min(heard - 1, last + 2 * rules.offsetSearch)
        let level = reach.map { frames[$0].energy }.min() ?? 0
        func isLoud(_ index: Int) -> Bool { frames[index].energy > level + 8 }
        if isLoud(last) { return (last...reach.upperBound).prefix(while: isLoud).last ?? last }
        let before = reach.lowerBound...last
        return before.last(where: isLoud) ?? before.last { frames[$0].score >= 0.7 } ?? last
    }
}
