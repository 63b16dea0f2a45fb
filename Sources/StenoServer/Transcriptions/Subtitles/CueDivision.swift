import Audio

/// Divides timed words into cues.
///
/// Of all divisions in which every cue keeps the limits, it takes the one with the least cost: cues end at the ends of
/// sentences, else of clauses or in pauses, hold no long pause, and last long enough to be read. A word that is too long
/// for a cue is one by itself.
struct CueDivision {
    private let tokens: [CueToken]

    /// A pause that is as good a place to divide as a comma: 300 ms.
    private static let pause = SamplePosition(SampleClock.samples(milliseconds: 300))
    /// One that is as good as the end of a sentence, of which some engines tell nothing: 500 ms.
    private static let sentencePause = SamplePosition(SampleClock.samples(milliseconds: 500))
    /// A pause over which no text should stand: 1 s.
    private static let longPause = SamplePosition(SampleClock.samples(milliseconds: 1_000))

    private enum Cost {
        static let cue = 10
        static let shortCue = 12
        static let endInClause = 20
        static let endOfClause = 6
        static let sentenceInside = 15
        static let longPauseInside = 40
    }

    init(_ tokens: [CueToken]) { self.tokens = tokens }

    /// The tokens of each cue, in order.
    var cues: [Range<Int>] {
        var best: [(cost: Int, start: Int)] = [(0, 0)]
        for end in stride(from: 1, through: tokens.count, by: 1) {
            var choice = (cost: Int.max, start: end - 1)
            var inside = 0
            for start in (0..<end).reversed() {
                guard start == end - 1 || fits(start..<end) else { break }
                if start < end - 1 { inside += costInside(after: start) }
                let cost = best[start].cost + inside + cost(of: start..<end)
                if cost < choice.cost { choice = (cost, start) }
            }
            best.append(choice)
        }
        return ranges(best.map(\.start))
    }

    /// Whether words may be one cue.
    func fits(_ range: Range<Int>) -> Bool {
        let (first, last) = (tokens[range.lowerBound], tokens[range.upperBound - 1])
        guard last.time.upperBound - first.time.lowerBound <= SamplePosition(CueLimits.longest) else { return false }
        let limit = first.offsets.lowerBound + CueLimits.lineLength
        guard last.offsets.upperBound > limit else { return true }
        guard let second = range.first(where: { tokens[$0].offsets.upperBound > limit }), second > range.lowerBound
        else { return false }
        return last.offsets.upperBound - tokens[second].offsets.lowerBound <= CueLimits.lineLength
    }

    private func ranges(_ starts: [Int]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var end = tokens.count
        while end > 0 {
            ranges.append(starts[end]..<end)
            end = starts[end]
        }
        return ranges.reversed()
    }

    private func cost(of range: Range<Int>) -> Int {
        let (first, last) = (tokens[range.lowerBound], tokens[range.upperBound - 1])
        let isShort = last.time.upperBound - first.time.lowerBound < SamplePosition(CueLimits.shortest)
        return Cost.cue + (isShort ? Cost.shortCue : 0) + costOfEnd(range.upperBound - 1)
    }

    private func costOfEnd(_ index: Int) -> Int {
        guard index + 1 < tokens.count, !endsSentence(index) else { return 0 }
        let isGood = tokens[index].ending == .clause || pause(after: index) >= Self.pause
        return isGood ? Cost.endOfClause : Cost.endInClause
    }

    private func costInside(after index: Int) -> Int {
        (endsSentence(index) ? Cost.sentenceInside : 0)
            + (pause(after: index) >= Self.longPause ? Cost.longPauseInside : 0)
    }

    private func endsSentence(_ index: Int) -> Bool {
        tokens[index].ending == .sentence || pause(after: index) >= Self.sentencePause
    }

    private func pause(after index: Int) -> SamplePosition {
        tokens[index + 1].time.lowerBound - tokens[index].time.upperBound
    }
}
