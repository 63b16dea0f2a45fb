import Audio
import SpeechDetection
import Transcription

/// Cuts a stream into utterances, and books every sample.
struct UtteranceCutter {
    /// What audio or a command brought about, in order.
    enum Output: Equatable {
        case speechStarted(itemID: String, at: SamplePosition)
        case speechStopped(itemID: String, at: SamplePosition)
        /// Audio that an engine is asked about.
        case utterance(Utterance)
        /// Audio in which nobody speaks, so that no engine is asked.
        case silent(SessionEvent.Item)
    }

    /// The least that a commit may be asked for: 100 ms.
    static let minimumCommit = SampleClock.samples(milliseconds: 100)

    /// An utterance that turn detection has announced and not ended.
    struct UnderWay: Equatable {
        var itemID: String
        var start: SamplePosition
        /// Where its first frame of speech was noticed.
        var voicedStart: SamplePosition
        /// Where the last frame of speech ended.
        var voicedEnd: SamplePosition
        /// Samples since then; 0 while somebody speaks.
        var silence: Int
        /// Where it would end if nobody spoke any more; it may lie ahead.
        var expectedEnd: SamplePosition
        /// Where what has been heard ends.
        var end: SamplePosition
    }

    private(set) var ledger = AudioLedger()
    /// Whether the engine tells when each word was said.
    ///
    /// Without, words that are heard twice can only be told by likeness, so none are where a pause parts utterances.
    var hasWordTimes = false {
        didSet { segmenter.overlap = overlap }
    }
    private var audio: AudioPath
    private var segmenter: Segmenter
    private var settings: SessionSettings
    private let makeID: () -> String
    private let owner: RequestOwner?
    /// Why the last utterance ended.
    private var lastReason: Segmenter.Reason?
    /// The name of the utterance under way, once the client knows it.
    private var announcedID: String?
    /// Where the stream stood when it was announced.
    private var announcedAt: SamplePosition = 0
    /// Where the last frame of speech ended, of the utterance under way or else of the one that ends now.
    private var voicedEnd: SamplePosition = 0
    /// Samples before this one are accounted for, although the next utterance may have some of them as its context.
    private var booked: SamplePosition = 0

    init(
        settings: SessionSettings,
        detector: any VoiceActivityDetector,
        owner: RequestOwner?,
        makeID: @escaping () -> String
    ) {
        self.settings = settings
        self.owner = owner
        self.makeID = makeID
        audio = AudioPath(detector: detector, enhancement: settings.enhancement)
        segmenter = Segmenter(
            frameLength: detector.frameLength,
            turnDetection: settings.turnDetection,
            maximumUtterance: settings.currentMaximum,
            overlap: settings.overlap ?? SessionSettings.overlap(hasWordTimes: false)
        )
    }

    private var overlap: Int { settings.overlap ?? SessionSettings.overlap(hasWordTimes: hasWordTimes) }

    /// What an engine may be asked about ahead; `nil` when nobody speaks, and where the engine would hear words of
    /// the utterance before.
    var underWay: UnderWay? {
        guard let announcedID, let open = segmenter.underWay, open.leftContext == 0 else { return nil }
        return UnderWay(
            itemID: announcedID,
            start: open.start,
            voicedStart: announcedAt,
            voicedEnd: open.voicedEnd,
            silence: Int(segmenter.position - open.voicedEnd),
            expectedEnd: open.expectedEnd,
            end: audio.end
        )
    }

    /// A request about what has been heard of an utterance that may go on.
    func request(about utterance: UnderWay, until end: SamplePosition) -> TranscriptionRequest {
        var request = request(samples: audio.samples(utterance.start..<end))
        request.voice = audio.evidence(in: utterance.start..<end, under: rules)
        request.wantsWordTimes = settings.wantsWordTimes
        request.isAhead = true
        return request
    }

    /// Samples that are kept, those included that are only context.
    var held: Int { Int(audio.end - audio.start) }

    /// Samples that are not accounted for yet.
    var buffered: Int { Int(audio.end - max(booked, audio.start)) }

    /// Samples that a commit would end now.
    var uncommitted: Int { segmenter.pending(at: audio.end).segment.range.count }

    /// Why audio is not taken until a clear.
    var refusal: AudioRefusal? { audio.refusal }

    mutating func append(_ bytes: [UInt8], format: AudioFormat, isNamed: Bool) -> [Output] {
        let before = audio.end
        audio.append(bytes, format: format, isNamed: isNamed)
        return receive(from: before)
    }

    /// Lets out what the way of the audio holds back.
    mutating func drain() -> [Output] {
        let before = audio.end
        audio.drain()
        return receive(from: before)
    }

    /// Ends the utterance under way.
    ///
    /// - Precondition: The stream is drained, and `uncommitted` is at least `minimumCommit`.
    mutating func commit() -> [Output] {
        let (segment, hasSpeech) = segmenter.pending(at: audio.end)
        segmenter.restart(at: segment.range.upperBound)
        audio.skip(to: segment.range.upperBound)
        let output = hasSpeech && isWorthAsking(segment) ? take(segment) : dismiss(segment)
        discard(before: segmenter.settled, .silence)
        return [output]
    }

    /// Drops what is not part of a finished utterance.
    ///
    /// - Returns: The name of the utterance under way, which will never end.
    mutating func clear() -> String? {
        audio.clear()
        segmenter.restart(at: audio.end)
        discard(before: audio.end, .cleared)
        return announcedID.take()
    }

    /// Works by other settings from here on.
    ///
    /// - Returns: What the audio before the change, and the audio after it, brought about.
    mutating func change(to new: SessionSettings) -> (before: [Output], after: [Output]) {
        // What the old enhancer still holds comes before the change.
        let end = audio.end
        audio.setEnhancement(new.enhancement)
        let before = receive(from: end)

        settings = new
        // The segmenter goes on where it is, which without turn detection may be within a frame.
        if settings.turnDetection != nil { audio.skip(to: segmenter.position) }
        segmenter.overlap = overlap
        let events = segmenter.change(turnDetection: settings.turnDetection, maximumUtterance: settings.currentMaximum)
        let after = take(events)
        discard(before: segmenter.settled, .silence)
        return (before, after)
    }

    /// Ends the stream: the open utterance comes out, the rest is silence.
    mutating func finish() -> [Output] {
        var outputs = drain()
        if case .ended(let segment) = segmenter.finish(at: audio.end) {
            if settings.turnDetection == nil, segment.range.count < Self.minimumCommit {
                discard(before: segment.range.upperBound, .tooShort)
            } else if settings.turnDetection != nil || isWorthAsking(segment) {
                outputs += end(segment)
            } else {
                outputs.append(dismiss(segment))
            }
        }
        discard(before: audio.end, .silence)
        return outputs
    }

    /// Gives up what is buffered because the client is gone.
    mutating func abandon() { discard(before: audio.end, .disconnected) }

    /// Books what became of an utterance.
    mutating func book(_ outcome: Result<Transcript, TranscriptionError>, samples: Int) {
        switch outcome {
        // What was only marked is in the client's hands all the same.
        case .success(let transcript) where transcript.rejection != nil && transcript.text.isEmpty:
            ledger.discard(samples, .rejected)
        case .success: ledger.transcribe(samples)
        case .failure(let error): ledger.fail(samples, code: error.code)
        }
    }
}

extension UtteranceCutter {
    /// Books what has come, and cuts.
    private mutating func receive(from before: SamplePosition) -> [Output] {
        ledger.receive(Int(audio.end - before))
        var outputs: [Output] = []
        while let frame = audio.nextFrame() {
            guard settings.turnDetection != nil else { continue }
            let events = segmenter.advance(frame)
            if let end = segmenter.voicedEnd { voicedEnd = end }
            outputs += take(events)
        }
        if settings.turnDetection == nil {
            outputs += take(segmenter.advance(by: Int(audio.end - segmenter.position)))
        }
        discard(before: segmenter.settled, .silence)
        return outputs
    }

    private mutating func take(_ events: [Segmenter.Event]) -> [Output] {
        if events.isEmpty { return [] }
        return events.flatMap { event in
            switch event {
            case .started(let start): return [announce(at: start)]
            case .ended(let segment): return end(segment)
            }
        }
    }

    private mutating func end(_ segment: Segmenter.Segment) -> [Output] {
        guard settings.turnDetection != nil else { return [isWorthAsking(segment) ? take(segment) : dismiss(segment)] }

        var outputs: [Output] = []
        // What goes on after a cut at the maximum is announced only once it has proved to be an utterance.
        if announcedID == nil { outputs.append(announce(at: segment.range.lowerBound)) }
        if let announcedID { outputs.append(.speechStopped(itemID: announcedID, at: segment.range.upperBound)) }
        outputs.append(take(segment))
        return outputs
    }

    private mutating func announce(at start: SamplePosition) -> Output {
        let id = makeID()
        announcedID = id
        announcedAt = segmenter.position
        return .speechStarted(itemID: id, at: start)
    }

    /// Makes an utterance of a segment.
    private mutating func take(_ segment: Segmenter.Segment) -> Output {
        let segment = withUsefulContext(segment)
        discard(before: segment.heard.lowerBound, .silence)
        let samples = audio.samples(segment.heard)
        let isWhole = segment.heard == segment.range
        let item = item(segment, samples: isWhole ? samples : nil)
        var request = request(samples: samples)
        request.voice = audio.evidence(in: segment.range, under: rules)
        request.context = segment.leftContext + segment.rightContext
        // Where an utterance was cut for its length, word times say whose a word is.
        request.wantsWordTimes = settings.wantsWordTimes || !isWhole
        let context = Utterance.Context(left: segment.leftContext, right: segment.rightContext)
        var utterance = Utterance(item: item, context: context, request: request)
        if settings.turnDetection != nil { utterance.voicedEnd = voicedEnd }
        return .utterance(utterance)
    }

    private func request(samples: [Int16]) -> TranscriptionRequest {
        var request = TranscriptionRequest(
            samples: samples,
            model: settings.model,
            language: settings.language,
            prompt: settings.prompt
        )
        request.owner = owner
        return request
    }

    /// Answers for a segment without speech, about which the engine is not asked.
    private mutating func dismiss(_ segment: Segmenter.Segment) -> Output {
        discard(before: segment.heard.lowerBound, .silence)
        let item = item(segment, samples: nil)
        ledger.discard(segment.range.count, .silence)
        return .silent(item)
    }

    /// The item that a segment becomes; its samples are accounted for from here on.
    private mutating func item(_ segment: Segmenter.Segment, samples: [Int16]?) -> SessionEvent.Item {
        booked = segment.range.upperBound
        lastReason = segment.reason
        var item = SessionEvent.Item(id: announcedID.take() ?? makeID(), range: segment.range)
        if settings.includesAudio { item.audio = samples ?? audio.samples(segment.range) }
        return item
    }

    /// The rules by which a detector's scores are read, also while turn detection is off.
    private var rules: TurnDetection { settings.turnDetection ?? settings.defaultTurnDetection }

    /// Whether the engine is asked about a segment that turn detection did not cut.
    private func isWorthAsking(_ segment: Segmenter.Segment) -> Bool {
        if settings.turnDetection == nil, !settings.checksManualCommits { return true }
        return CommitRule(rules: rules).hasSpeech(audio.evidence(in: segment.range, under: rules))
    }

    /// Without word times, a segment has no context on the other side of a pause.
    private func withUsefulContext(_ segment: Segmenter.Segment) -> Segmenter.Segment {
        var segment = segment
        guard !hasWordTimes else { return segment }
        if segment.reason == .valley { segment.rightContext = 0 }
        if lastReason == .valley { segment.leftContext = 0 }
        return segment
    }

    private mutating func discard(before position: SamplePosition, _ reason: AudioLedger.DiscardReason) {
        let position = min(position, audio.end)
        let count = Int(position - max(booked, audio.start))
        audio.drop(before: position)
        guard count > 0 else { return }
        booked = position
        ledger.discard(count, reason)
    }
}
