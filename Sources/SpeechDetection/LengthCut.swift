import Audio

/// Where an utterance is cut because of its length.
struct LengthCut: Equatable, Sendable {
    /// Where the one ends and the next begins.
    var position: SamplePosition
    var reason: Segmenter.Reason
    /// What the next one hears before `position`, in samples.
    var before = 0
    /// What the one hears behind it, in samples.
    var after = 0
}

/// Finds that place.
///
/// From the soft maximum on, any good moment of the last seconds will do, and what counts as good falls with the length:
/// at first a clear pause, near the maximum twice as shallow a one. At the maximum there is no choice: speech is cut, and
/// the engine hears the last `overlap` samples in both utterances.
struct LengthRule {
    /// How far back a valley is looked for: 5 s.
    static let search = SampleClock.samples(milliseconds: 5_000)
    /// Half the length over which moments are averaged, at least: 64 ms.
    static let radius = SampleClock.samples(milliseconds: 64)

    let rules: TurnDetection?
    let history: FrameHistory
    let frameLength: Int
    /// The end of what has been seen.
    let position: SamplePosition
    /// The most that an engine may hear of an utterance, in samples.
    let maximum: Int
    /// What two utterances may both hear, in samples.
    let overlap: Int

    /// - Parameter hasVoice: Whether someone speaks right now; in a pause it is better to wait whether the utterance ends.
    /// - Returns: `nil` while the utterance may go on.
    func cut(_ utterance: OpenUtterance, hasVoice: Bool) -> LengthCut? {
        let limit = utterance.heardStart + SamplePosition(maximum)
        let isFull = position + SamplePosition(rules == nil ? 1 : frameLength) > limit
        guard isFull || hasVoice else { return nil }
        if let rules, let valley = valley(utterance, until: min(position, limit), rules) {
            return LengthCut(position: valley, reason: .valley)
        }
        return isFull ? forced(until: min(position, limit)) : nil
    }

    /// A cut in mid-speech: in the quietest moment that leaves at least a quarter of the overlap on either side.
    private func forced(until end: SamplePosition) -> LengthCut {
        let overlap = min(overlap, maximum / 4)
        var after = overlap / 2
        let ages = Int(position - end) + overlap / 4..<Int(position - end) + overlap - overlap / 4
        let frames = ages.lowerBound / frameLength + 1...max(ages.lowerBound, ages.upperBound - 1) / frameLength + 1
        if frames.upperBound <= history.count, let quietest = ValleySearch.valley(in: history, ages: frames, radius: 1) {
            let middle = quietest.age * frameLength - frameLength / 2 - Int(position - end)
            after = min(max(middle, overlap / 4), overlap - overlap / 4)
        }
        return LengthCut(
            position: end - SamplePosition(after),
            reason: .maximum,
            before: overlap - after,
            after: after
        )
    }

    private func valley(
        _ utterance: OpenUtterance,
        until end: SamplePosition,
        _ rules: TurnDetection
    ) -> SamplePosition? {
        let start = utterance.heardStart
        let soft = min(rules.softMaximum, maximum / 4 * 3)
        guard end - start >= SamplePosition(soft) else { return nil }
        let first = max(utterance.start + SamplePosition(max(1, soft / 2)), end - SamplePosition(Self.search))
        let newest = Int(position - end) / frameLength + 1
        let oldest = min(Int(position - first) / frameLength, history.count)
        // Scores of 0 and 1 need a longer look.
        let radius = max(Self.radius, rules.smoothing / 4)
        guard newest <= oldest,
            let valley = ValleySearch.valley(in: history, ages: newest...oldest, radius: max(1, radius / frameLength))
        else { return nil }
        let progress = Float(end - start - SamplePosition(soft)) / Float(max(1, maximum - soft))
        guard valley.depth <= rules.valleyDepth * (1 + min(1, progress)) / 2 else { return nil }
        return min(position - SamplePosition(valley.age * frameLength) + SamplePosition(frameLength / 2), end)
    }
}
