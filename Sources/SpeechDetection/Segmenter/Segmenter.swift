public import Audio

/// Cuts a stream into utterances.
///
/// With turn detection it follows the scores of a `VoiceActivityDetector` and the energy of the frames; without, only
/// `restart` and the maximum length cut. A pure value: the same calls always give the same events. No utterance, with its
/// context, is longer than `maximumUtterance`.
public struct Segmenter: Sendable {
    /// What a call brought about.
    public enum Event: Equatable, Sendable {
        /// Speech was confirmed; its utterance begins at this sample.
        case started(at: SamplePosition)
        /// An utterance is complete.
        case ended(Segment)
    }

    private enum State {
        case silent
        /// There is speech, but not yet enough of it.
        case suspecting(SpeechCandidate)
        case speaking(OpenUtterance)
    }

    /// Frames that are remembered, in samples: 6 s.
    private static let memory = SampleClock.samples(milliseconds: 6_000)

    /// `nil`: nothing but `commit` and the maximum length ends an utterance.
    public private(set) var turnDetection: TurnDetection?
    /// The longest utterance, with its context; at least two frames count.
    public private(set) var maximumUtterance: Int
    /// What an engine hears in both of two utterances where one was cut for its length; at most a quarter of the maximum
    /// counts.
    public var overlap: Int
    /// Samples seen so far.
    public private(set) var position: SamplePosition = 0

    private var state = State.silent
    private var voicing: Voicing
    private var history: FrameHistory
    /// Where the last utterance ended, or what was forgotten: no later one begins before.
    private var floor: SamplePosition = 0
    /// Where speech that was too little for an utterance would have begun; a commit may still want it.
    private var dismissed: SamplePosition?
    private let frameLength: Int

    /// - Parameter frameLength: Samples per score.
    public init(frameLength: Int, turnDetection: TurnDetection?, maximumUtterance: Int, overlap: Int = 0) {
        precondition(frameLength > 0 && maximumUtterance > 0, "Frames and utterances hold at least one sample")
        self.frameLength = frameLength
        self.turnDetection = turnDetection
        self.maximumUtterance = max(maximumUtterance, 2 * frameLength)
        self.overlap = overlap
        voicing = Voicing(frames: (turnDetection?.smoothing ?? 0) / frameLength)
        history = FrameHistory(capacity: Self.memory / frameLength)
    }

    /// Samples before this one are in no utterance that is still to come, nor in its context.
    public var settled: SamplePosition {
        switch state {
        case .silent: reach
        // A candidate that comes to nothing leaves as much to look back on as silence does.
        case .suspecting(let candidate): min(start(candidate), reach)
        case .speaking(let utterance): utterance.heardStart
        }
    }

    /// An utterance that turn detection has begun and not ended.
    public struct UnderWay: Equatable, Sendable {
        public var start: SamplePosition
        /// Where its last frame of speech ended.
        public var voicedEnd: SamplePosition
        /// Where it would end, padding included, if nobody spoke any more; it may lie ahead.
        public var expectedEnd: SamplePosition
        public var leftContext: Int
    }

    /// Where the last frame of speech of the utterance under way ended.
    public var voicedEnd: SamplePosition? {
        guard turnDetection != nil, case .speaking(let utterance) = state else { return nil }
        return utterance.voicedEnd
    }

    /// The utterance that has begun and not ended; `nil` when there is none.
    public var underWay: UnderWay? {
        guard let rules = turnDetection, case .speaking(let utterance) = state else { return nil }
        // While somebody speaks, where the speech will end is not looked for.
        let isSilent = utterance.voicedEnd < position
        return UnderWay(
            start: utterance.start,
            voicedEnd: utterance.voicedEnd,
            expectedEnd: isSilent ? tail(utterance, rules: rules) : position + SamplePosition(rules.suffixPadding),
            leftContext: utterance.leftContext
        )
    }

    /// Takes the score of the next frame and its energy, as `FrameEnergy.level`; needs turn detection.
    public mutating func advance(score: Float, energy: Float) -> [Event] {
        guard let rules = turnDetection else { return advance(by: frameLength) }

        position += SamplePosition(frameLength)
        history.append(.init(score: score, level: energy))
        let voice = voicing.advance(score, rules)
        switch state {
        case .silent:
            return voice == .strong ? weigh(candidate(rules), rules: rules) : []
        case .suspecting(var candidate):
            if candidate.advance(voice, score: score, to: position, frameLength: frameLength, rules) {
                return weigh(candidate, rules: rules)
            }
            dismissed = candidate.start
            state = .silent
            return []
        case .speaking(var utterance):
            if voice >= .voiced { utterance.voicedEnd = position }
            state = .speaking(utterance)
            return (voice == .silent ? endAfterSilence(rules) : []) + cut(hasVoice: voice >= .voiced)
        }
    }

    /// Takes `count` samples without turn detection.
    public mutating func advance(by count: Int) -> [Event] {
        position += SamplePosition(count)
        if case .silent = state { state = .speaking(OpenUtterance(start: floor, voicedEnd: position)) }
        return cut(hasVoice: false)
    }

    /// What a commit at `end` would take: the open samples, and whether speech was heard in them.
    ///
    /// `end` may lie within the frame that has not been scored yet.
    public func pending(at end: SamplePosition) -> (segment: Segment, hasSpeech: Bool) {
        func pending(from start: SamplePosition, hasSpeech: Bool = true) -> (segment: Segment, hasSpeech: Bool) {
            (Segment(start..<max(start, end), .commit), hasSpeech)
        }
        switch state {
        case .speaking(let utterance):
            var pending = pending(from: utterance.start)
            pending.segment.leftContext = utterance.leftContext
            return pending
        case .suspecting(let candidate): return pending(from: start(candidate))
        case .silent:
            let open = settled
            guard let rules = turnDetection else { return pending(from: open) }
            if let dismissed, dismissed >= open { return pending(from: dismissed) }
            let age = voicing.sinceFirstVoice(rules)
            guard age > 0 else { return pending(from: open, hasSpeech: false) }
            return pending(from: max(open, position - SamplePosition(age * frameLength + rules.prefixPadding)))
        }
    }

    /// Ends the stream at `end`; what was not confirmed as speech stays out.
    public mutating func finish(at end: SamplePosition) -> Event? {
        defer { restart(at: end) }
        guard let turnDetection else {
            var (segment, _) = pending(at: end)
            segment.reason = .endOfStream
            return segment.range.isEmpty ? nil : .ended(segment)
        }
        guard case .speaking(let utterance) = state, utterance.voicedEnd > utterance.start else { return nil }
        let last = min(tail(utterance, rules: turnDetection), end)
        return .ended(Segment(utterance.start..<last, .endOfStream, leftContext: utterance.leftContext))
    }

    /// Forgets everything before `position` without an utterance.
    public mutating func restart(at position: SamplePosition) {
        self.position = position
        floor = position
        state = .silent
        dismissed = nil
        history.clear()
        voicing.clear()
    }

    /// Changes the rules from here on, also within an utterance, which goes on under the new ones.
    ///
    /// Without turn detection, what is open is kept for the next commit; with it again, that counts as speech so far.
    /// What is longer than the new maximum is cut at once.
    public mutating func change(turnDetection new: TurnDetection?, maximumUtterance: Int) -> [Event] {
        let open = settled
        let maximum = max(maximumUtterance, 2 * frameLength)
        var utterance = OpenUtterance(start: open, voicedEnd: position)
        if case .speaking(let speaking) = state {
            utterance = speaking
            // What was shared under another maximum may be too much under this one.
            utterance.leftContext = min(utterance.leftContext, maximum / 4)
        } else {
            floor = open
        }

        let frames = Voicing(frames: (new?.smoothing ?? 0) / frameLength)
        if frames.capacity != voicing.capacity { voicing = frames }
        switch (turnDetection, new) {
        case (_?, nil):
            utterance.voicedEnd = position
            state = .speaking(utterance)
        case (nil, _?):
            history.clear()
            voicing.clear()
            utterance.voicedEnd = position
            state = position == floor ? .silent : .speaking(utterance)
        case (nil, nil), (_?, _?):
            if case .speaking = state { state = .speaking(utterance) }
        }

        turnDetection = new
        self.maximumUtterance = maximum
        return cut(hasVoice: false)
    }

    /// How long what is open may be, so that it can still take a frame.
    private var room: Int { max(1, maximumUtterance - frameLength) }

    /// How far back an utterance that is noticed now may begin.
    private var reach: SamplePosition {
        guard let turnDetection else { return floor }
        let reach = voicing.capacity * frameLength + turnDetection.onsetSearch + turnDetection.prefixPadding
        return max(floor, position - SamplePosition(min(reach, room)))
    }

    /// Where the utterance of a candidate would begin now.
    private func start(_ candidate: SpeechCandidate) -> SamplePosition {
        max(floor, candidate.start, position - SamplePosition(room))
    }

    private func candidate(_ rules: TurnDetection) -> SpeechCandidate {
        let first = voicing.sinceFirstVoice(rules)
        let age = SpeechEdges.onset(before: first, in: history, frames: rules.onsetSearch / frameLength)
        return SpeechCandidate(
            start: max(floor, position - SamplePosition(age * frameLength + rules.prefixPadding)),
            voicedEnd: position,
            speech: voicing.voicedFrames(rules) * frameLength,
            peak: (1...max(1, first)).reduce(0) { max($0, history[$1].score) }
        )
    }

    private mutating func weigh(_ candidate: SpeechCandidate, rules: TurnDetection) -> [Event] {
        guard candidate.isConfirmed(at: position, rules) else {
            state = .suspecting(candidate)
            return []
        }
        let start = start(candidate)
        dismissed = nil
        state = .speaking(OpenUtterance(start: start, voicedEnd: candidate.voicedEnd))
        return [.started(at: start)] + cut(hasVoice: true)
    }

    /// Ends the utterance under way as if its silence had lasted for the hangover; nothing while somebody speaks.
    public mutating func endTurn() -> [Event] {
        guard var rules = turnDetection, case .speaking(let utterance) = state, utterance.voicedEnd < position else {
            return []
        }
        rules.hangover = 0
        return endAfterSilence(rules)
    }

    private mutating func endAfterSilence(_ rules: TurnDetection) -> [Event] {
        guard case .speaking(let utterance) = state,
            position - utterance.voicedEnd >= SamplePosition(rules.hangover)
        else { return [] }
        state = .silent
        voicing.clear()
        // After a cut there may be nothing left but silence.
        guard utterance.voicedEnd > utterance.start else { return [] }
        floor = min(tail(utterance, rules: rules), position)
        return [.ended(Segment(utterance.start..<floor, .silence, leftContext: utterance.leftContext))]
    }

    /// The end of the corrected speech and its padding.
    private func tail(_ utterance: OpenUtterance, rules: TurnDetection) -> SamplePosition {
        let after = Int(position - utterance.voicedEnd) / frameLength
        let age = SpeechEdges.offset(after: after + 1, in: history, frames: rules.offsetSearch / frameLength)
        let corrected = utterance.voicedEnd + SamplePosition((after + 1 - age) * frameLength)
        let end = corrected > utterance.start ? corrected : utterance.voicedEnd
        return end + SamplePosition(rules.suffixPadding)
    }

    private mutating func cut(hasVoice: Bool) -> [Event] {
        var events: [Event] = []
        let rule = LengthRule(
            rules: turnDetection,
            history: history,
            frameLength: frameLength,
            position: position,
            maximum: maximumUtterance,
            overlap: min(overlap, maximumUtterance / 4)
        )
        while case .speaking(let utterance) = state, let cut = rule.cut(utterance, hasVoice: hasVoice) {
            events.append(.ended(utterance.segment(cut)))
            floor = cut.position
            state = .speaking(utterance.rest(cut))
        }

        return events
    }
}
