import Audio

/// An utterance that is still going on, and where it must be cut because of its length.
///
/// From the soft maximum on, any good moment of the last seconds will do, and what counts as good falls with the length:
/// at first a clear pause, near the maximum twice as shallow a one. At the maximum there is no choice.
struct OpenUtterance {
    /// How far back a valley is looked for: 5 s.
    static let search = SampleClock.samples(milliseconds: 5_000)
    /// Half the length over which moments are averaged, at least: 64 ms.
    static let radius = SampleClock.samples(milliseconds: 64)

    let start: SamplePosition
    /// Where the utterance before ended; `start` is earlier when they share samples.
    let floor: SamplePosition
    /// The end of what has been seen.
    let position: SamplePosition
    /// The longest utterance.
    let maximum: Int

    /// Where it ends at the latest.
    var limit: SamplePosition { start + SamplePosition(maximum) }

    /// - Parameters:
    ///   - isFull: Whether there is no room for another frame.
    ///   - hasVoice: Whether someone speaks right now; in a pause it is better to wait whether the utterance ends.
    /// - Returns: `nil` while it may go on.
    func cut(
        _ rules: TurnDetection?,
        _ history: FrameHistory,
        frameLength: Int,
        isFull: Bool,
        hasVoice: Bool
    ) -> (position: SamplePosition, reason: Segmenter.Reason)? {
        guard isFull || hasVoice else { return nil }
        if let rules, let valley = valley(rules, history, frameLength) { return (valley, .valley) }
        return isFull ? (min(position, limit), .maximum) : nil
    }

    private func valley(_ rules: TurnDetection, _ history: FrameHistory, _ frameLength: Int) -> SamplePosition? {
        let soft = min(rules.softMaximum, maximum / 4 * 3)
        let end = min(position, limit)
        guard end - start >= SamplePosition(soft) else { return nil }
        let first = max(max(start, floor) + SamplePosition(max(1, soft / 2)), end - SamplePosition(Self.search))
        let newest = Int(position - end) / frameLength + 1
        let oldest = min(Int(position - first) / frameLength, history.count)
        // Scores of 0 and 1 need a longer look.
        let radius = max(Self.radius, rules.smoothing / 4)
        guard newest <= oldest,
            let valley = ValleySearch.valley(in: history, ages: newest...oldest, radius: max(1, radius / frameLength))
        else { return nil }
        let progress = Float(end - start - SamplePosition(soft)) / Float(max(1, maximum - soft))
        guard valley.depth <= rules.valleyDepth * (1 + min(1, progress)) / 2 else { return nil }
        return min(position - SamplePosition(valley.age * frameLength) + SamplePosition(frameLength / 2), limit)
    }
}
