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
/// at first a clear pause, near the maximum twice as shallow a one. At the maximum there is no choice, and speech is cut.
///
/// In either case the engine hears the words around the cut in both utterances. It is the more sure of a word the more it
/// has heard before, so two thirds of the overlap lie before the cut.
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
    /// What an engine hears in both utterances, in samples; at most a quarter of `maximum`.
    let overlap: Int

    /// - Parameter hasVoice: Whether someone speaks right now; in a pause it is better to wait whether the utterance ends.
    /// - Returns: `nil` while the utterance may go on.
    func cut(_ utterance: OpenUtterance, hasVoice: Bool) -> LengthCut? {
        let limit = utterance.heardStart + SamplePosition(maximum)

        // Without turn detection there is no frame that is under way.
        let isFull = position + SamplePosition(rules == nil ? 0 : frameLength) > limit
        guard isFull || hasVoice else { return nil }
        let end = min(position, limit)
        let latest = end - SamplePosition(overlap / 3)

        // The best moment may still be too young for the words behind it to have been heard: it is waited for.
        if let rules, let valley = valley(utterance, until: isFull ? latest : end, rules: rules), valley <= latest {
            return LengthCut(position: valley, reason: .valley, before: overlap - overlap / 3, after: overlap / 3)
        }
        return isFull ? forced(until: end) : nil
    }

    /// A cut in mid-speech: in the quietest moment that leaves the last third of the overlap behind it, and half before.
    private func forced(until end: SamplePosition) -> LengthCut {
        let behind = Int(position - end)
        let ages = (behind + overlap / 3) / frameLength + 1...(behind + overlap / 2) / frameLength + 1
        var after = overlap / 3
        if ages.upperBound <= history.count, let quietest = ValleySearch.valley(in: history, ages: ages, radius: 1) {
            after = min(max(quietest.age * frameLength - frameLength / 2 - behind, overlap / 3), overlap / 2)
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
        rules: TurnDetection
    ) -> SamplePosition? {
        let start = utterance.heardStart
        let soft = min(rules.softMaximum, maximum / 4 * 3)
        let length = Int(min(position, start + SamplePosition(maximum)) - start)
        guard length >= soft else { return nil }
        let first = max(utterance.start + SamplePosition(max(1, soft / 2)), end - SamplePosition(Self.search))
        let newest = Int(position - end) / frameLength + 1
        let oldest = min(Int(position - first) / frameLength, history.count)

        // Scores of 0 and 1 need a longer look.
        let radius = max(Self.radius, rules.smoothing / 4)
        guard newest <= oldest,
            let valley = ValleySearch.valley(in: history, ages: newest...oldest, radius: max(1, radius / frameLength))
        else { return nil }
        let progress = Float(length - soft) / Float(max(1, maximum - soft))
        guard valley.depth <= rules.valleyDepth * (1 + min(1, progress)) / 2 else { return nil }
        return min(position - SamplePosition(valley.age * frameLength) + SamplePosition(frameLength / 2), end)
    }
}
