import Audio
import Chat
public import SpeechDetection
import SpeechSynthesis
public import Transcription

/// A session without I/O: what a client and the engine say goes in, what is to be done comes out.
///
/// It has no task, lock or clock; whoever drives it hands in commands and the engine's results one after the other, in
/// whatever order they come, and carries out the effects in theirs. Transcripts are told in the order of the audio.
public struct SessionCore: ~Copyable {
    public internal(set) var settings: SessionSettings
    /// What the engine can do; to be kept up to date by the driver.
    public var engine = EngineCapabilities() {
        didSet { cutter.hasWordTimes = engine.hasWordTimes }
    }
    /// How often what was asked at a pause became the transcript, and how often the speaker went on.
    public internal(set) var speculations = Speculations()
    var cutter: UtteranceCutter
    var answers = AnswerOrder()
    var items = SpokenItems()
    var room: ReplyRoom
    var assistant: Assistant?
    var turns = TurnTaking()
    var judge = TurnJudge()
    let makeItemID: () -> String
    let makeReplyID: () -> String
    let makeDetector: (() throws -> any VoiceActivityDetector)?
    /// The voice unless a client or a character names one.
    let serverVoice: String?
    /// What the engine was asked about seams; utterances are known to `answers`.
    private var seamRequest: RequestID?
    var ahead: WorkAhead?
    /// What was asked ahead and became the transcript, until its result comes: the request that is made if it fails.
    var adopted: [RequestID: TranscriptionRequest] = [:]
    /// What has been told of utterances that have ended, by their names.
    var told: [String: StableText] = [:]
    /// What the driver has not yet taken note of.
    var passages: [Passage] = []
    /// When the driver has been asked to call again.
    var wakeTime: Duration?
    var hasInputEnded = false
    private var hasEnded = false

    /// - Parameters:
    ///   - detector: Hears this stream alone.
    ///   - makeDetector: Makes one for the audio of an item; where it cannot, all of that counts as speech.
    ///   - owner: Whose the requests are.
    ///   - makeID: Names items.
    ///   - makeReplyID: Names responses.
    public init(
        settings: SessionSettings,
        detector: any VoiceActivityDetector,
        makeDetector: (() throws -> any VoiceActivityDetector)? = nil,
        owner: RequestOwner? = nil,
        makeID: @escaping () -> String = { Identifier.random("item") },
        makeReplyID: @escaping () -> String = { Identifier.random("resp") }
    ) {
        self.settings = settings
        serverVoice = settings.assistant.hasNamedVoice ? nil : settings.assistant.voice
        makeItemID = makeID
        self.makeReplyID = makeReplyID
        self.makeDetector = makeDetector
        room = ReplyRoom(
            conversation: Conversation(limit: settings.rememberedItems),
            requests: RequestIDs(),
            now: .zero
        )
        cutter = UtteranceCutter(settings: settings, detector: detector, owner: owner, makeID: makeID)
    }

    /// Where every sample received so far went.
    public var ledger: AudioLedger { cutter.ledger }

    /// Whether the next command should be handed in.
    ///
    /// It is false while more audio waits for its transcript than the settings allow, so that the client is slowed, and
    /// while a character is being looked for.
    public var wantsInput: Bool {
        !hasInputEnded && room.persona.recall == nil && answers.waiting + items.waiting < settings.maximumPending
    }

    /// Whether everything has been told after the end of the input, or the client has gone.
    public var isFinished: Bool { hasEnded }

    /// Samples that are buffered and not yet handed to the engine.
    public var held: Int { cutter.held + items.held }

    /// Samples that a command brings, at most.
    public func length(of command: ClientCommand) -> Int {
        switch command {
        case .append(let audio, let rate): format(named: rate).sampleCount(of: audio.count)
        case .itemAudio(let audio): settings.inputFormat.sampleCount(of: audio.count)
        default: 0
        }
    }

    /// The first event of a session.
    public mutating func begin(into effects: inout [Effect]) {
        setAssistant(into: &effects)
        if beginRecall(into: &effects) { return }
        effects.append(.tell(.created(settings)))
    }

    /// Carries out a command; after `finish` there are none.
    public mutating func handle(_ command: ClientCommand, into effects: inout [Effect]) {
        guard !hasInputEnded else { return }

        switch command {
        case .append(let audio, let rate): append(audio, rate: rate, into: &effects)
        case .commit(let eventID): commit(eventID: eventID, into: &effects)
        case .clear:
            dropAhead()
            if let id = cutter.clear() { told[id] = nil }
            forgetSpeech(into: &effects)
            effects.append(.tell(.cleared))
        case .update(let update): apply(update, into: &effects)
        case .retrieve(let id, let eventID): retrieve(id, eventID: eventID, into: &effects)
        case .delete(let id, let eventID): delete(id, eventID: eventID, into: &effects)
        case .itemAudio(let audio): collect(audio)
        case .create(let item, let previous, let eventID):
            create(item, after: previous, eventID: eventID, into: &effects)
        case .respond, .cancelResponse, .truncate, .clearOutput: carryOut(command, into: &effects)
        case .invalid(let error): effects.append(.tell(.rejected(error)))
        case .finish:
            take(cutter.finish(), isTurn: true, into: &effects)
            hasInputEnded = true
        }

        judgeTurn(into: &effects)
        workAhead(into: &effects)
        advance(into: &effects)
        takeTurns(into: &effects)
        end(into: &effects)
    }

    /// No engine can serve a request about an utterance that is kept; what comes of it is handed in later.
    ///
    /// It is waited for no longer: more audio is taken, and where order does not matter, later transcripts are told.
    public mutating func delay(_ id: RequestID, into effects: inout [Effect]) {
        guard let item = answers.delay(id, isOrdered: settings.isOrdered) else { return }
        effects.append(.tell(.delayed(item)))
        advance(into: &effects)
    }

    /// The utterance that a request is about; `nil` for any other request.
    public func itemID(of request: RequestID) -> String? { answers.itemID(of: request) }

    /// Takes what the engine said to a request; of a request that nobody waits for any more, nothing.
    ///
    /// - Parameter audio: The samples of an utterance that was delayed, which the core has let go.
    public mutating func finish(
        _ id: RequestID,
        with outcome: Result<Transcript, TranscriptionError>,
        audio: [Int16]? = nil,
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
        } else if finishItem(id, with: outcome, into: &effects) {
            // It has told what there is to tell.
        } else if let (item, event) = answers.settle(id, with: outcome, audio: audio) {
            passages.append(.heard(itemID: item.id))
            cutter.book(outcome, samples: item.range.count)
            if let event { tell(event, into: &effects) }
        }

        advance(into: &effects)
        takeTurns(into: &effects)
        end(into: &effects)
    }

    /// Gives up everything that is open, because the client is gone.
    public mutating func abandon() {
        (hasInputEnded, hasEnded) = (true, true)
        cutter.abandon()
        for samples in answers.abandon() + items.abandon() { cutter.book(.failure(.cancelled), samples: samples) }
        (seamRequest, ahead, adopted, told, assistant) = (nil, nil, [:], [:], nil)
        room.persona = PersonaState()
    }
}

extension SessionCore {
    /// - Parameter isTurn: Whether turn detection has ended the utterances, rather than a commit.
    mutating func take(
        _ outputs: [UtteranceCutter.Output],
        isTurn: Bool = false,
        into effects: inout [Effect]
    ) {
        for output in outputs {
            switch output {
            case .speechStarted(let id, let start): startSpeech(id, at: start, into: &effects)
            case .speechStopped(let id, let end): stopSpeech(id, at: end, into: &effects)
            case .silent(let item):
                commit(item, into: &effects)
                answers.add(.transcribed(item, Transcript(rejected: .noSpeech)))
            case .utterance(let utterance):
                if isTurn {
                    turns.expect(utterance.item.id)
                    noteCut(of: utterance)
                }
                if settings.keptAs != nil, assistant == nil {
                    let left = utterance.context.left
                    effects.append(.keep(utterance.item, leftContext: left, utterance.request))
                }
                commit(utterance.item, into: &effects)
                transcribe(utterance, into: &effects)
            }
        }
    }

    private mutating func commit(_ item: SessionEvent.Item, into effects: inout [Effect]) {
        effects.append(.tell(.committed(item, previousID: room.conversation.add(utterance: item.id))))
    }

    mutating func makeRequestID() -> RequestID { room.requests.next() }

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
    }

    /// Says that everything has been told, once it has.
    mutating func end(into effects: inout [Effect]) {
        guard hasInputEnded, answers.isEmpty, items.isEmpty, !hasEnded else { return }
        guard assistant?.hasWork != true, room.persona.recall == nil else { return }
        hasEnded = true
        effects.append(.tell(.ended(ledger)))
    }

    mutating func tell(_ event: SessionEvent, into effects: inout [Effect]) {
        switch event {
        case .failed(let item, let error):
            passages.append(.told(itemID: item.id))
            told[item.id] = nil
            effects.append(.tell(event))
            settle(item, with: .failure(error), into: &effects)
            return
        case .transcribed(let item, var transcript):
            passages.append(.told(itemID: item.id))
            if var text = told.removeValue(forKey: item.id), !text.told.isEmpty {
                let (delta, whole) = text.finish(transcript.text)
                if !delta.isEmpty { effects.append(.tell(.interim(itemID: item.id, delta: delta))) }
                (transcript.text, transcript.rejection) = (whole, nil)
            }
            remember(ConversationItem(id: item.id, transcript: transcript.text), into: &effects)
            effects.append(.tell(.transcribed(item, transcript)))
            settle(item, with: .success(transcript.text), into: &effects)
            return
        default: break
        }

        effects.append(.tell(event))
    }
}
