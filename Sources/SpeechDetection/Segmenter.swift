public import Audio

/// Cuts a stream into utterances.
///
/// With turn detection it follows the scores of a `VoiceActivityDetector` and the energy of the frames; without, only
/// `restart` and the maximum length cut. A pure value: the same calls always give the same events. No utterance is longer
/// than `maximumUtterance`, and two share samples only where one had to be cut in mid-speech.
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
        /// It was long, and there was a good moment; the next begins there.
        case valley
        /// It was as long as can be; the next begins `overlap` earlier.
        case maximum
        case commit
        case endOfStream
    }

    private enum State {
        case silent
        /// There is speech, but not yet enough of it.
        case suspecting(SpeechCandidate)
        /// An utterance that begins at `start`; its last voiced frame ends at `voicedEnd`.
        case speaking(start: SamplePosition, voicedEnd: SamplePosition)
    }

    /// Frames that are remembered, in samples: 6 s.
    private static let memory = SampleClock.samples(milliseconds: 6_000)

    /// `nil`: nothing but `commit` and the maximum length ends an utterance.
    public private(set) var turnDetection: TurnDetection?
    /// The longest utterance; at least two frames count.
    public private(set) var maximumUtterance: Int
    /// What two utterances share where one had to be cut in mid-speech; at most a quarter of the maximum counts.
    public var overlap: Int
    /// Samples seen so far.
    public private(set) var position: SamplePosition = 0

    private var state = State.silent
    private var voicing: Voicing
    private var history: FrameHistory
    /// Where the last utterance ended, or what was forgotten: no later one begins before, but for an overlap.
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

    /// Samples before this one are in no utterance that is still to come.
    public var settled: SamplePosition {
        switch state {
        case .silent: reach
        // A candidate that comes to nothing leaves as much to look back on as silence does.
        case .suspecting(let candidate): min(start(candidate), reach)
        case .speaking(let start, _): start
        }
    }

    /// Takes the score of the next frame and its energy, as `FrameEnergy.level`; needs turn detection.
    public mutating func advance(score: Float, energy: Float) -> [Event] {
        guard let rules = turnDetection else { return advance(by: frameLength) }
        position += SamplePosition(frameLength)
        history.append(.init(score: score, level: energy))
        let voice = voicing.advance(score, rules)
        switch state {
        case .silent:
            return voice == .strong ? weigh(candidate(rules), rules) : []
        case .suspecting(var candidate):
            if candidate.advance(voice, to: position, frameLength: frameLength, rules) {
                return weigh(candidate, rules)
            }
            dismissed = candidate.start
            state = .silent
            return []
        case .speaking(let start, let voicedEnd):
            state = .speaking(start: start, voicedEnd: voice >= .voiced ? position : voicedEnd)
            return (voice == .silent ? endAfterSilence(rules) : []) + cut(rules, hasVoice: voice >= .voiced)
        }
    }

    /// Takes `count` samples without turn detection.
    public mutating func advance(by count: Int) -> [Event] {
        position += SamplePosition(count)
        if case .silent = state { state = .speaking(start: floor, voicedEnd: position) }
        return cut(nil, hasVoice: false)
    }

    /// What a commit at `end` would take: the open samples, and whether speech was heard in them.
    ///
    /// `end` may lie within the frame that has not been scored yet.
    public func pending(at end: SamplePosition) -> (range: Range<SamplePosition>, hasSpeech: Bool) {
        let open = settled
        switch state {
        case .speaking: return (open..<max(open, end), true)
        case .suspecting(let candidate):
            let start = start(candidate)
            return (start..<max(start, end), true)
        case .silent:
            guard let rules = turnDetection else { return (open..<max(open, end), true) }
            if let dismissed, dismissed >= open { return (dismissed..<max(dismissed, end), true) }
            let age = voicing.sinceFirstVoice(rules)
            guard age > 0 else { return (open..<max(open, end), false) }
            let start = max(open, position - SamplePosition(age * frameLength + rules.prefixPadding))
            return (start..<max(start, end), true)
        }
    }

    /// Ends the stream at `end`; what was not confirmed as speech stays out.
    public mutating func finish(at end: SamplePosition) -> Event? {
        defer { restart(at: end) }
        guard let turnDetection else {
            let start = settled
            return end > max(start, floor) ? .ended(start..<end, .endOfStream) : nil
        }
        guard case .speaking(let start, let voicedEnd) = state, voicedEnd > max(start, floor) else { return nil }
        return .ended(start..<min(tail(start, voicedEnd, turnDetection), end), .endOfStream)
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
        if case .speaking = state {} else { floor = open }
        // What was shared under another maximum may be too much under this one.
        let start = max(open, floor - SamplePosition(max(maximumUtterance, 2 * frameLength) / 4))
        let frames = Voicing(frames: (new?.smoothing ?? 0) / frameLength)
        if frames.capacity != voicing.capacity { voicing = frames }
        switch (turnDetection, new) {
        case (_?, nil): state = .speaking(start: start, voicedEnd: position)
        case (nil, _?):
            history.clear()
            voicing.clear()
            state = position == floor ? .silent : .speaking(start: start, voicedEnd: position)
        case (nil, nil), (_?, _?):
            if case .speaking(_, let voicedEnd) = state { state = .speaking(start: start, voicedEnd: voicedEnd) }
        }
        turnDetection = new
        self.maximumUtterance = max(maximumUtterance, 2 * frameLength)
        return cut(new, hasVoice: false)
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
            speech: voicing.voicedFrames(rules) * frameLength
        )
    }

    private mutating func weigh(_ candidate: SpeechCandidate, _ rules: TurnDetection) -> [Event] {
        guard candidate.isConfirmed(rules) else {
            state = .suspecting(candidate)
            return []
        }
        let start = start(candidate)
        dismissed = nil
        state = .speaking(start: start, voicedEnd: candidate.voicedEnd)
        return [.started(at: start)] + cut(rules, hasVoice: true)
    }

    private mutating func endAfterSilence(_ rules: TurnDetection) -> [Event] {
        guard case .speaking(let start, let voicedEnd) = state, position - voicedEnd >= SamplePosition(rules.hangover)
        else { return [] }
        state = .silent
        voicing.clear()
        guard voicedEnd > max(start, floor) else {
            // After a cut there may be nothing left but silence.
            floor = max(start, floor)
            return []
        }
        floor = min(tail(start, voicedEnd, rules), position)
        return [.ended(start..<floor, .silence)]
    }

    /// The end of the corrected speech and its padding.
    private func tail(_ start: SamplePosition, _ voicedEnd: SamplePosition, _ rules: TurnDetection) -> SamplePosition {
        let after = Int(position - voicedEnd) / frameLength
        let frames = rules.offsetSearch / frameLength
        let age = SpeechEdges.offset(after: after + 1, in: history, frames: frames)
        let corrected = voicedEnd + SamplePosition((after + 1 - age) * frameLength)
        return (corrected > max(start, floor) ? corrected : voicedEnd) + SamplePosition(rules.suffixPadding)
    }

    private mutating func cut(_ rules: TurnDetection?, hasVoice: Bool) -> [Event] {
        var events: [Event] = []
        while case .speaking(let start, let voicedEnd) = state {
            let open = OpenUtterance(start: start, floor: floor, position: position, maximum: maximumUtterance)
            let isFull = position + SamplePosition(rules == nil ? 1 : frameLength) > open.limit
            guard let cut = open.cut(rules, history, frameLength: frameLength, isFull: isFull, hasVoice: hasVoice)
            else {
                break
            }
            events.append(.ended(start..<cut.position, cut.reason))
            floor = cut.position
            let shared = cut.reason == .maximum ? min(overlap, maximumUtterance / 4) : 0
            state = .speaking(start: cut.position - SamplePosition(shared), voicedEnd: voicedEnd)
        }
        return events
    }
}
