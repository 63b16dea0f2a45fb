import Audio
public import SpeechDetection
public import Transcription

/// Names what an engine was asked, within one session.
public struct RequestID: Hashable, Sendable {
    let number: UInt64
}

/// A session without I/O: what a client and the engine say goes in, what is to be done comes out.
///
/// It has no task, lock or clock; whoever drives it hands in commands and the engine's results one after the other, in
/// whatever order they come, and carries out the effects in theirs. Transcripts are told in the order of the audio.
public struct SessionCore {
    /// What its driver has to do.
    public enum Effect: Equatable, Sendable {
        case tell(SessionEvent)
        /// Ask the engine, and hand what it says to ``finish(_:with:into:)``.
        case transcribe(TranscriptionRequest, as: RequestID, for: Purpose)
        /// What was asked ahead is the result for an utterance: count it as one.
        case adopt(Result<Transcript, TranscriptionError>)
    }

    /// Why an engine is asked.
    public enum Purpose: Equatable, Sendable {
        case utterance
        /// To learn which of two utterances has a word that both heard.
        case seam
        /// For an utterance that may not have ended; the engine may refuse with `.cancelled`.
        case ahead
    }

    public private(set) var settings: SessionSettings
    /// What the engine can do; to be kept up to date by the driver.
    public var engine = EngineCapabilities() {
        didSet { cutter.hasWordTimes = engine.hasWordTimes }
    }
    /// How often what was asked at a pause became the transcript, and how often the speaker went on.
    public internal(set) var speculations = Speculations()
    var cutter: UtteranceCutter
    var answers = AnswerOrder()
    private var conversation: Conversation
    /// What the engine was asked about seams; utterances are known to `answers`.
    private var seamRequest: RequestID?
    var ahead: WorkAhead?
    /// What was asked ahead and became the transcript, until its result comes: the request that is made if it fails.
    var adopted: [RequestID: TranscriptionRequest] = [:]
    /// What has been told of utterances that have ended, by their names.
    var told: [String: StableText] = [:]
    private var requests: UInt64 = 0
    var hasInputEnded = false
    private var hasEnded = false

    /// - Parameters:
    ///   - detector: Hears this stream alone.
    ///   - owner: Whose the requests are.
    ///   - makeID: Names items.
    public init(
        settings: SessionSettings,
        detector: any VoiceActivityDetector,
        owner: RequestOwner? = nil,
        makeID: @escaping () -> String = { Identifier.random("item") }
    ) {
        self.settings = settings
        conversation = Conversation(limit: settings.rememberedItems)
        cutter = UtteranceCutter(settings: settings, detector: detector, owner: owner, makeID: makeID)
    }

    /// Where every sample received so far went.
    public var ledger: AudioLedger { cutter.ledger }

    /// Whether the next command should be handed in.
    ///
    /// It is false while more audio waits for its transcript than the settings allow, so that the client is slowed.
    public var wantsInput: Bool { !hasInputEnded && answers.waiting < settings.maximumPending }

    /// Whether everything has been told after the end of the input, or the client has gone.
    public var isFinished: Bool { hasEnded }

    /// Samples that are buffered and not yet handed to the engine.
    public var held: Int { cutter.held }

    /// Samples that a command brings, at most.
    public func length(of command: ClientCommand) -> Int {
        guard case .append(let audio, let rate) = command else { return 0 }
        return format(named: rate).sampleCount(of: audio.count)
    }

    /// The first event of a session.
    public func begin(into effects: inout [Effect]) { effects.append(.tell(.created(settings))) }

    /// Carries out a command; after `finish` there are none.
    public mutating func handle(_ command: ClientCommand, into effects: inout [Effect]) {
        guard !hasInputEnded else { return }
        switch command {
        case .append(let audio, let rate): append(audio, rate: rate, into: &effects)
        case .commit(let eventID): commit(eventID: eventID, into: &effects)
        case .clear:
            dropAhead()
            if let id = cutter.clear() { told[id] = nil }
            effects.append(.tell(.cleared))
        case .update(let update): apply(update, into: &effects)
        case .retrieve(let id, let eventID): retrieve(id, eventID: eventID, into: &effects)
        case .delete(let id, let eventID): delete(id, eventID: eventID, into: &effects)
        case .invalid(let error): effects.append(.tell(.rejected(error)))
        case .finish:
            take(cutter.finish(), into: &effects)
            hasInputEnded = true
        }
        workAhead(into: &effects)
        advance(into: &effects)
    }

    /// Takes what the engine said to a request; of a request that nobody waits for any more, nothing.
    public mutating func finish(
        _ id: RequestID,
        with outcome: Result<Transcript, TranscriptionError>,
        into effects: inout [Effect]
    ) {
        let wantsInterim = wantsInterim
        if id == seamRequest {
            seamRequest = nil
            if let event = answers.decide(hearing: try? outcome.get()) { tell(event, into: &effects) }
        } else if let request = adopted.removeValue(forKey: id) {
            adopt(outcome, of: id, orAsk: request, into: &effects)
        } else if let delta = ahead?.take(id, outcome, wantsInterim: wantsInterim) {
            if let ahead, !delta.isEmpty { effects.append(.tell(.interim(itemID: ahead.itemID, delta: delta))) }
        } else if let item = answers.settle(id, with: outcome) {
            cutter.book(outcome, samples: item.range.count)
        }
        advance(into: &effects)
    }

    /// Gives up everything that is open, because the client is gone.
    public mutating func abandon() {
        (hasInputEnded, hasEnded) = (true, true)
        cutter.abandon()
        for samples in answers.abandon() { cutter.book(.failure(.cancelled), samples: samples) }
        (seamRequest, ahead, adopted, told) = (nil, nil, [:], [:])
    }
}

extension SessionCore {
    /// What audio is, given the rate that its message names.
    private func format(named rate: Int?) -> AudioFormat {
        if let rate { return .pcm16(rate: rate) }
        return settings.inputFormat
    }

    /// Audio of which no samples can be made is answered with one error, and then with nothing until a clear.
    private mutating func append(_ audio: [UInt8], rate: Int?, into effects: inout [Effect]) {
        guard cutter.refusal == nil else { return }
        let isNamed = rate != nil || settings.hasNamedFormat
        take(cutter.append(audio, format: format(named: rate), isNamed: isNamed), into: &effects)
        guard let refusal = cutter.refusal else { return }
        effects.append(.tell(.rejected(ClientError(.invalidAudio, "\(refusal)"))))
    }

    private mutating func commit(eventID: String?, into effects: inout [Effect]) {
        take(cutter.drain(), into: &effects)
        guard cutter.uncommitted >= UtteranceCutter.minimumCommit else {
            let have = SampleClock.milliseconds(at: SamplePosition(cutter.uncommitted))
            let message = "A commit needs at least 100 ms of audio; \(have) ms are buffered. Append more first."
            let refusal = SessionEvent.rejected(ClientError(.commitEmpty, message, eventID: eventID))
            if settings.refusesCommitsAtOnce { effects.append(.tell(refusal)) } else { answers.add(refusal) }
            return
        }
        take(cutter.commit(), into: &effects)
    }

    private mutating func apply(_ update: SessionUpdate, into effects: inout [Effect]) {
        settings.apply(update)
        let (before, after) = cutter.change(to: settings)
        take(before, into: &effects)
        var shown = settings
        shown.overlap = settings.overlap ?? SessionSettings.overlap(hasWordTimes: engine.hasWordTimes)
        effects.append(.tell(.updated(shown)))
        take(after, into: &effects)
    }

    private func retrieve(_ id: String, eventID: String?, into effects: inout [Effect]) {
        if let item = conversation.item(id) {
            effects.append(.tell(.retrieved(item)))
        } else {
            effects.append(.tell(.rejected(Self.unknown(id, .itemRetrieve, eventID))))
        }
    }

    private mutating func delete(_ id: String, eventID: String?, into effects: inout [Effect]) {
        if conversation.delete(id) {
            effects.append(.tell(.deleted(itemID: id)))
        } else {
            effects.append(.tell(.rejected(Self.unknown(id, .itemDelete, eventID))))
        }
    }

    private static func unknown(_ id: String, _ code: ClientError.Code, _ eventID: String?) -> ClientError {
        ClientError(code, "There is no item '\(id)' in this conversation.", param: "item_id", eventID: eventID)
    }

    private mutating func take(_ outputs: [UtteranceCutter.Output], into effects: inout [Effect]) {
        for output in outputs {
            switch output {
            case .speechStarted(let id, let start): effects.append(.tell(.speechStarted(itemID: id, at: start)))
            case .speechStopped(let id, let end): effects.append(.tell(.speechStopped(itemID: id, at: end)))
            case .silent(let item):
                commit(item, into: &effects)
                answers.add(.transcribed(item, Transcript(rejected: .noSpeech)))
            case .utterance(let utterance):
                commit(utterance.item, into: &effects)
                transcribe(utterance, into: &effects)
            }
        }
    }

    private mutating func commit(_ item: SessionEvent.Item, into effects: inout [Effect]) {
        effects.append(.tell(.committed(item, previousID: conversation.add(item.id))))
    }

    mutating func makeRequestID() -> RequestID {
        requests += 1
        return RequestID(number: requests)
    }

    /// Tells what can be told.
    private mutating func advance(into effects: inout [Effect]) {
        while let step = answers.next() {
            switch step {
            case .tell(let event): tell(event, into: &effects)
            case .ask(let request):
                let id = makeRequestID()
                seamRequest = id
                effects.append(.transcribe(request, as: id, for: .seam))
            }
        }
        guard hasInputEnded, answers.isEmpty, !hasEnded else { return }
        hasEnded = true
        effects.append(.tell(.ended(ledger)))
    }

    private mutating func tell(_ event: SessionEvent, into effects: inout [Effect]) {
        switch event {
        case .failed(let item, _): told[item.id] = nil
        case .transcribed(let item, var transcript):
            if var text = told.removeValue(forKey: item.id), !text.told.isEmpty {
                let (delta, whole) = text.finish(transcript.text)
                if !delta.isEmpty { effects.append(.tell(.interim(itemID: item.id, delta: delta))) }
                (transcript.text, transcript.rejection) = (whole, nil)
            }
            conversation.setTranscript(transcript.text, of: item.id)
            effects.append(.tell(.transcribed(item, transcript)))
            return
        default: break
        }
        effects.append(.tell(event))
    }
}
