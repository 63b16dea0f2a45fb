public import Audio

/// Cuts a stream into utterances.
///
/// With turn detection it follows the scores of a `VoiceActivityDetector`, one per frame; without, only
/// `restart` and the maximum length cut. A pure value: the same calls always give the same events. Utterances never overlap, and two that
/// were cut at the maximum length meet without a gap.
public struct Segmenter: Sendable {
    /// What a call brought about.
    public enum Event: Equatable, Sendable {
        /// Speech was confirmed; its utterance begins at this sample.
        case started(at: SamplePosition)
        /// The utterance covers these samples.
        case ended(Range<SamplePosition>, Reason)
    }

    /// Why an utterance ended.
    public enum Reason: String, Sendable {
        case silence
        case maximum
        case commit
        case endOfStream
    }

    private enum State {
        case silent
        /// The mean is high, but there is not yet enough speech; the first voiced frame begins here.
        case rising(from: SamplePosition)
        /// An utterance that begins at `start`; its last voiced frame ends at `voicedEnd`.
        case speaking(start: SamplePosition, voicedEnd: SamplePosition)
    }

    /// `nil`: nothing but `commit` and the maximum length ends an utterance.
    public private(set) var turnDetection: TurnDetection?
    /// The longest utterance; a longer one is cut exactly here and goes on as the next.
    public var maximumUtterance: Int
    /// Samples seen so far.
    public private(set) var position: SamplePosition = 0

    private var state = State.silent
    private var recent: RecentScores
    /// Where the last utterance ended: no later one begins before.
    private var floor: SamplePosition = 0
    private let frameLength: Int

    /// - Parameter frameLength: Samples per score.
    public init(frameLength: Int, turnDetection: TurnDetection?, maximumUtterance: Int) {
        precondition(frameLength > 0 && maximumUtterance > 0, "Frames and utterances hold at least one sample")
        self.frameLength = frameLength
        self.turnDetection = turnDetection
        self.maximumUtterance = maximumUtterance
        recent = RecentScores(count: Self.frames(turnDetection, frameLength))
    }

    /// Samples before this one are in no utterance that is still to come.
    public var settled: SamplePosition {
        guard let turnDetection else { return floor }
        let padding = SamplePosition(turnDetection.prefixPadding)
        switch state {
        case .silent: return max(floor, position - SamplePosition(recent.capacity * frameLength) - padding)
        case .rising(let first): return max(floor, first - padding)
        case .speaking(let start, _): return start
        }
    }

    /// Takes the score of the next frame; needs turn detection.
    public mutating func advance(score: Float) -> [Event] {
        guard let turnDetection else { return advance(by: frameLength) }
        position += SamplePosition(frameLength)
        recent.append(score)
        switch state {
        case .silent: return rise(from: firstVoiced, turnDetection)
        case .rising(let first): return rise(from: first, turnDetection)
        case .speaking(let start, let voicedEnd):
            let isVoiced = RecentScores.isVoiced(score)
            let goesOn = isVoiced && recent.mean >= turnDetection.threshold - turnDetection.hysteresis
            state = .speaking(start: start, voicedEnd: goesOn ? position : voicedEnd)
            return cutAtMaximum() + (isVoiced ? [] : endAfterSilence(turnDetection))
        }
    }

    /// Takes `count` samples without turn detection.
    public mutating func advance(by count: Int) -> [Event] {
        position += SamplePosition(count)
        if case .silent = state { state = .speaking(start: floor, voicedEnd: position) }
        return cutAtMaximum()
    }

    /// What a commit at `end` would take: the open samples, and whether speech was heard in them.
    ///
    /// `end` may lie within the frame that has not been scored yet.
    public func pending(at end: SamplePosition) -> (range: Range<SamplePosition>, hasSpeech: Bool) {
        guard let turnDetection else { return (floor..<max(floor, end), true) }
        let padding = SamplePosition(turnDetection.prefixPadding)
        switch state {
        case .speaking(let start, _): return (start..<max(start, end), true)
        case .rising(let first): return (max(floor, first - padding)..<end, true)
        case .silent:
            guard recent.hasVoice else { return (settled..<max(settled, end), false) }
            return (max(floor, firstVoiced - padding)..<end, true)
        }
    }

    /// Ends the stream at `end`; what was not confirmed as speech stays out.
    public mutating func finish(at end: SamplePosition) -> Event? {
        defer { restart(at: end) }
        switch (state, turnDetection) {
        case (.speaking(let start, let voicedEnd), let turnDetection?):
            let last = min(voicedEnd + SamplePosition(turnDetection.suffixPadding), end)
            return last > start ? .ended(start..<last, .endOfStream) : nil
        case (_, nil): return end > floor ? .ended(floor..<end, .endOfStream) : nil
        case (.silent, _), (.rising, _): return nil
        }
    }

    /// Forgets everything before `position` without an utterance.
    public mutating func restart(at position: SamplePosition) {
        self.position = position
        floor = position
        state = .silent
        recent.clear()
    }

    /// Changes the rules from here on, also within an utterance, which goes on under the new ones.
    ///
    /// Without turn detection, what is open is kept for the next commit; with it again, that counts as speech so far.
    public mutating func setTurnDetection(_ new: TurnDetection?) {
        let open = settled
        // What was settled under the old rules is gone, however much more the new ones would keep.
        floor = open
        if Self.frames(new, frameLength) != recent.capacity {
            recent = RecentScores(count: Self.frames(new, frameLength))
        }
        switch (turnDetection, new) {
        case (_?, nil): (floor, state) = (open, .speaking(start: open, voicedEnd: position))
        case (nil, _?): state = position == floor ? .silent : .speaking(start: floor, voicedEnd: position)
        case (nil, nil), (_?, _?): break
        }
        turnDetection = new
    }

    private var firstVoiced: SamplePosition {
        max(floor, position - SamplePosition(recent.sinceFirstVoiced * frameLength))
    }

    private mutating func rise(from first: SamplePosition, _ turnDetection: TurnDetection) -> [Event] {
        guard recent.mean >= turnDetection.threshold else {
            if recent.mean < turnDetection.threshold - turnDetection.hysteresis { state = .silent }
            return []
        }
        guard position - first >= SamplePosition(turnDetection.minimumSpeech) else {
            state = .rising(from: first)
            return []
        }
        let start = max(floor, first - SamplePosition(turnDetection.prefixPadding))
        state = .speaking(start: start, voicedEnd: position)
        return [.started(at: start)] + cutAtMaximum()
    }

    private mutating func endAfterSilence(_ turnDetection: TurnDetection) -> [Event] {
        guard case .speaking(let start, let voicedEnd) = state,
            position - voicedEnd >= SamplePosition(turnDetection.hangover)
        else { return [] }
        let end = min(voicedEnd + SamplePosition(turnDetection.suffixPadding), position)
        state = .silent
        floor = max(floor, end)
        recent.clear()
        // After a cut at the maximum there may be nothing left but silence.
        return end > start ? [.ended(start..<end, .silence)] : []
    }

    private mutating func cutAtMaximum() -> [Event] {
        var events: [Event] = []
        while case .speaking(let start, let voicedEnd) = state, position - start >= SamplePosition(maximumUtterance) {
            let cut = start + SamplePosition(maximumUtterance)
            events.append(.ended(start..<cut, .maximum))
            floor = cut
            state = .speaking(start: cut, voicedEnd: voicedEnd)
        }
        return events
    }

    private static func frames(_ turnDetection: TurnDetection?, _ frameLength: Int) -> Int {
        max(1, (turnDetection?.smoothing ?? 0) / frameLength)
    }
}
