import Audio
import Limits
import SpeechDetection
import Transcription

/// The part of a session that needs no time: commands in, utterances and immediate answers out.
struct UtteranceCutter {
    /// What a command brought about, in order.
    enum Output: Equatable {
        /// Told to the client at once.
        case event(SessionEvent)
        /// Told to the client in its turn, after the transcripts of all that was cut before.
        case answer(SessionEvent)
        /// Answered in its turn, with what an engine hears.
        case utterance(Utterance)
    }

    /// The least that a commit may be asked for: 100 ms.
    static let minimumCommit = SampleClock.samples(milliseconds: 100)

    private(set) var settings: SessionSettings
    private var intake = AudioIntake()
    private var buffer: SignalBuffer
    private var segmenter: Segmenter
    private var listener: StreamListener
    private let memory: BufferShare
    private let account: AudioAccount
    private let conversation: Conversation
    private let makeID: () -> String
    private let owner: RequestOwner?
    /// Why the last utterance ended.
    private var lastReason: Segmenter.Reason?
    /// The name of the utterance under way, once the client knows it.
    private var announcedID: String?
    /// Samples before this one are accounted for, although the next utterance may have some of them as its context.
    private var booked: SamplePosition = 0

    init(
        settings: SessionSettings,
        detector: any VoiceActivityDetector,
        account: AudioAccount,
        conversation: Conversation,
        memory: BufferShare = BufferShare(of: MemoryBudget(limit: .max)),
        owner: RequestOwner? = nil,
        makeID: @escaping () -> String
    ) {
        self.memory = memory
        self.owner = owner
        self.settings = settings
        listener = StreamListener(detector: detector)
        self.account = account
        self.conversation = conversation
        self.makeID = makeID
        segmenter = Segmenter(
            frameLength: detector.frameLength,
            turnDetection: settings.turnDetection,
            maximumUtterance: settings.currentMaximum,
            overlap: settings.overlap
        )
        buffer = SignalBuffer(settings.enhancement)
    }

    private static let noRoom =
        "The server has no room for more audio. This message was not taken; commit or clear what is buffered, or send it again later."

    /// Samples in the buffer, those included that are only context.
    private var held: Int { Int(buffer.end - buffer.start) }

    /// Samples that are not accounted for yet.
    var buffered: Int { Int(buffer.end - max(booked, buffer.start)) }

    /// Takes room for what a command may bring, before it is handled.
    ///
    /// - Returns: What to tell the client when there is none: the command is then left alone.
    func refusal(of command: ClientCommand) -> SessionEvent? {
        guard case .append(let audio, let rate) = command else { return nil }
        guard !memory.take(format(named: rate).sampleCount(of: audio.count), after: held) else { return nil }
        return .rejected(ClientError(.serverOverloaded, Self.noRoom))
    }

    /// Gives back the room that commands did not need, or need no longer.
    func giveRoomBack() { memory.settle(samples: held) }

    mutating func handle(_ command: ClientCommand) -> [Output] {
        switch command {
        case .append(let audio, let rate): return append(audio, rate: rate)
        case .commit(let eventID): return commit(eventID: eventID)
        case .clear: return clear()
        case .update(let update): return apply(update)
        case .retrieve(let id, let eventID):
            if let item = conversation.item(id) { return [.event(.retrieved(item))] }
            return [.event(.rejected(Self.unknown(id, .itemRetrieve, eventID)))]
        case .delete(let id, let eventID):
            if conversation.delete(id) { return [.event(.deleted(itemID: id))] }
            return [.event(.rejected(Self.unknown(id, .itemDelete, eventID)))]
        case .invalid(let error): return [.event(.rejected(error))]
        }
    }

    /// What audio is, given the rate that its message names.
    private func format(named rate: Int?) -> AudioFormat { rate.map { .pcm16(rate: $0) } ?? settings.inputFormat }

    /// Audio of which no samples can be made is answered with one error, and then with nothing until a clear.
    private mutating func append(_ audio: [UInt8], rate: Int?) -> [Output] {
        guard intake.refusal == nil else { return [] }
        let format = format(named: rate)
        let isNamed = rate != nil || settings.hasNamedFormat
        let outputs = receive { buffer, intake in
            buffer.append { intake.append(audio, format: format, isNamed: isNamed, to: &$0) }
        }
        guard let refusal = intake.refusal else { return outputs }
        return outputs + [.event(.rejected(ClientError(.invalidAudio, "\(refusal)")))]
    }

    /// Ends the stream: the open utterance comes out, the rest is silence.
    mutating func finish() -> [Output] {
        var outputs = drain()
        if case .ended(let segment) = segmenter.finish(at: buffer.end) {
            if settings.turnDetection == nil, segment.range.count < Self.minimumCommit {
                discard(before: segment.range.upperBound, .tooShort)
            } else {
                outputs += settings.turnDetection != nil || isWorthAsking(segment) ? take(segment) : dismiss(segment)
            }
        }
        discard(before: buffer.end, .silence)
        return outputs
    }

    /// Gives up what is buffered because the client is gone.
    mutating func abandon() -> [Output] {
        discard(before: buffer.end, .disconnected)
        return []
    }

    private mutating func drain() -> [Output] {
        receive { buffer, intake in
            buffer.append { intake.drain(into: &$0) }
            buffer.drain()
        }
    }

    /// Books what comes, and cuts.
    private mutating func receive(_ take: (inout SignalBuffer, inout AudioIntake) -> Void) -> [Output] {
        let before = buffer.end
        take(&buffer, &intake)
        account.receive(Int(buffer.end - before))
        return scan()
    }

    private mutating func commit(eventID: String?) -> [Output] {
        let outputs = drain()
        let (segment, hasSpeech) = segmenter.pending(at: buffer.end)
        let range = segment.range
        guard range.count >= Self.minimumCommit else {
            let have = SampleClock.milliseconds(at: SamplePosition(range.count))
            let message = "A commit needs at least 100 ms of audio; \(have) ms are buffered. Append more first."
            let refusal = SessionEvent.rejected(ClientError(.commitEmpty, message, eventID: eventID))
            return outputs + [settings.refusesCommitsAtOnce ? .event(refusal) : .answer(refusal)]
        }
        segmenter.restart(at: range.upperBound)
        listener.skip(to: range.upperBound)
        let utterance = hasSpeech && isWorthAsking(segment) ? take(segment) : dismiss(segment)
        discard(before: segmenter.settled, .silence)
        return outputs + utterance
    }

    private mutating func clear() -> [Output] {
        intake.reset()
        buffer.reset()
        segmenter.restart(at: buffer.end)
        listener.reset(at: buffer.end)
        announcedID = nil
        discard(before: buffer.end, .cleared)
        return [.event(.cleared)]
    }

    private mutating func apply(_ update: SessionUpdate) -> [Output] {
        var new = settings
        new.apply(update)
        // What the old enhancer still holds comes before the change.
        let position = listener.position
        let outputs = receive { buffer, _ in buffer.setEnhancement(new.enhancement, scoredTo: position) }
        settings = new
        // The segmenter goes on where it is, which without turn detection may be within a frame.
        if settings.turnDetection != nil { listener.skip(to: segmenter.position) }
        segmenter.overlap = settings.overlap
        let events = segmenter.change(turnDetection: settings.turnDetection, maximumUtterance: settings.currentMaximum)
        let cut = take(events)
        discard(before: segmenter.settled, .silence)
        return outputs + [.event(.updated(settings))] + cut
    }

    /// Runs the detector over the frames that are whole, and cuts.
    private mutating func scan() -> [Output] {
        var outputs: [Output] = []
        while let frame = listener.hear(buffer) {
            if settings.turnDetection != nil { outputs += take(segmenter.advance(frame)) }
        }
        if settings.turnDetection == nil {
            outputs += take(segmenter.advance(by: Int(buffer.end - segmenter.position)))
        }
        discard(before: segmenter.settled, .silence)
        return outputs
    }

    private mutating func take(_ events: [Segmenter.Event]) -> [Output] {
        events.flatMap { event in
            switch event {
            case .started(let start): return [announce(at: start)]
            case .ended(let segment) where settings.turnDetection == nil:
                return isWorthAsking(segment) ? take(segment) : dismiss(segment)
            case .ended(let segment):
                // What goes on after a cut at the maximum is announced only once it has proved to be an utterance.
                let start = announcedID == nil ? [announce(at: segment.range.lowerBound)] : []
                return start + stop(at: segment.range.upperBound) + take(segment)
            }
        }
    }

    private mutating func take(_ segment: Segmenter.Segment) -> [Output] {
        let segment = withUsefulContext(segment)
        discard(before: segment.heard.lowerBound, .silence)
        let samples = buffer.copy(segment.heard)
        let isSame = settings.includesAudio && segment.heard == segment.range
        let audio = isSame ? samples : audio(segment.range)
        let item = SessionEvent.Item(id: nextID(), range: segment.range, audio: audio)
        var request = TranscriptionRequest(
            samples: samples,
            model: settings.model,
            language: settings.language,
            prompt: settings.prompt
        )
        request.owner = owner
        request.voice = voice(in: segment.range)
        request.context = segment.leftContext + segment.rightContext
        // Where an utterance was cut for its length, word times say whose a word is.
        request.wantsWordTimes = settings.wantsWordTimes || segment.heard != segment.range
        booked = segment.range.upperBound
        lastReason = segment.reason
        let context = Utterance.Context(left: segment.leftContext, right: segment.rightContext)
        return [committed(item), .utterance(Utterance(item: item, context: context, request: request))]
    }

    /// Whether the engine is asked about a segment that turn detection did not cut.
    private func isWorthAsking(_ segment: Segmenter.Segment) -> Bool {
        if settings.turnDetection == nil, !settings.checksManualCommits { return true }
        let rule = CommitRule(rules: settings.turnDetection ?? settings.defaultTurnDetection)
        return rule.hasSpeech(voice(in: segment.range))
    }

    /// Answers for a segment without speech, about which the engine is not asked.
    private mutating func dismiss(_ segment: Segmenter.Segment) -> [Output] {
        discard(before: segment.heard.lowerBound, .silence)
        let item = SessionEvent.Item(id: nextID(), range: segment.range, audio: audio(segment.range))
        booked = segment.range.upperBound
        lastReason = segment.reason
        account.discard(segment.range.count, .silence)
        return [committed(item), .answer(.transcribed(item, Transcript(rejected: .noSpeech)))]
    }

    /// Without word times, a segment has no context on the other side of a pause.
    private func withUsefulContext(_ segment: Segmenter.Segment) -> Segmenter.Segment {
        var segment = segment
        guard !settings.hasWordTimes else { return segment }
        if segment.reason == .valley { segment.rightContext = 0 }
        if lastReason == .valley { segment.leftContext = 0 }
        return segment
    }

    /// What the detector heard in `range`, whose context does not count.
    private func voice(in range: Range<SamplePosition>) -> VoiceEvidence {
        let rules = settings.turnDetection ?? settings.defaultTurnDetection
        return listener.evidence(in: range, exitThreshold: rules.exitThreshold)
    }

    private mutating func announce(at start: SamplePosition) -> Output {
        let id = makeID()
        announcedID = id
        return .event(.speechStarted(itemID: id, at: start))
    }

    private func stop(at end: SamplePosition) -> [Output] {
        announcedID.map { [.event(.speechStopped(itemID: $0, at: end))] } ?? []
    }

    /// The name of the utterance that ends now.
    private mutating func nextID() -> String { announcedID.take() ?? makeID() }

    private func committed(_ item: SessionEvent.Item) -> Output {
        .event(.committed(item, previousID: conversation.add(item.id)))
    }

    private func audio(_ range: Range<SamplePosition>) -> [Int16]? {
        settings.includesAudio ? buffer.copy(range) : nil
    }

    private static func unknown(_ id: String, _ code: ClientError.Code, _ eventID: String?) -> ClientError {
        ClientError(code, "There is no item '\(id)' in this conversation.", param: "item_id", eventID: eventID)
    }

    private mutating func discard(before position: SamplePosition, _ reason: AudioLedger.DiscardReason) {
        let position = min(position, buffer.end)
        let count = Int(position - max(booked, buffer.start))
        buffer.drop(before: position, scoredTo: listener.position)
        listener.drop(before: buffer.start)
        guard count > 0 else { return }
        booked = position
        account.discard(count, reason)
    }
}
