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

    var ledger = AudioLedger()
    /// Whether the engine tells when each word was said.
    ///
    /// Without, words that are heard twice can only be told by likeness, so none are where a pause parts utterances.
    var hasWordTimes = false {
        didSet { segmenter.overlap = overlap }
    }
    var audio: AudioPath
    var segmenter: Segmenter
    var settings: SessionSettings
    let makeID: () -> String
    let owner: RequestOwner?
    /// Why the last utterance ended.
    var lastReason: Segmenter.Reason?
    /// The name of the utterance under way, once the client knows it.
    var announcedID: String?
    /// Where the stream stood when it was announced.
    var announcedAt: SamplePosition = 0
    /// Where the last frame of speech ended, of the utterance under way or else of the one that ends now.
    var voicedEnd: SamplePosition = 0
    /// Samples before this one are accounted for, although the next utterance may have some of them as its context.
    var booked: SamplePosition = 0

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

    /// Where the audio that has come ends.
    var end: SamplePosition { audio.end }

    /// Whether somebody is heard to speak, or may go on.
    var isSpeaking: Bool { segmenter.underWay != nil }

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

    /// Ends the utterance under way because its speaker has finished.
    mutating func endTurn() -> [Output] {
        let outputs = take(segmenter.endTurn())
        discard(before: segmenter.settled, .silence)
        return outputs
    }

    /// What a model hears of an utterance: its last seconds, and a little before it.
    func turn(_ utterance: UnderWay) -> [Int16] {
        let start = max(audio.start, utterance.start - TurnJudge.padding, audio.end - TurnJudge.reach)
        return audio.samples(start..<audio.end)
    }

    /// Drops what is not part of a finished utterance.
    ///
    /// - Parameter reason: Why it is dropped.
    /// - Returns: The name of the utterance under way, which will never end.
    mutating func clear(as reason: AudioLedger.DiscardReason = .cleared) -> String? {
        audio.clear()
        segmenter.restart(at: audio.end)
        discard(before: audio.end, reason)
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

    /// Books audio that came within an item, apart from the stream.
    mutating func take(ofItem samples: Int) { ledger.receive(samples) }

    /// Books an item in which nobody speaks.
    mutating func dismiss(item samples: Int) { ledger.discard(samples, .silence) }

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
}
