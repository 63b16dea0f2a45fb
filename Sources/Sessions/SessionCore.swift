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
    }

    /// Why an engine is asked.
    public enum Purpose: Equatable, Sendable {
        case utterance
        /// To learn which of two utterances has a word that both heard.
        case seam
    }

    public private(set) var settings: SessionSettings
    private var cutter: UtteranceCutter
    private var answers = AnswerOrder()
    private var conversation: Conversation
    /// What the engine was asked about seams; utterances are known to `answers`.
    private var seamRequest: RequestID?
    private var requests: UInt64 = 0
    private var hasInputEnded = false
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
            cutter.clear()
            effects.append(.tell(.cleared))
        case .update(let update): apply(update, into: &effects)
        case .retrieve(let id, let eventID): retrieve(id, eventID: eventID, into: &effects)
        case .delete(let id, let eventID): delete(id, eventID: eventID, into: &effects)
        case .invalid(let error): effects.append(.tell(.rejected(error)))
        case .finish:
            take(cutter.finish(), into: &effects)
            hasInputEnded = true
        }
        advance(into: &effects)
    }

    /// Takes what the engine said to a request; of a request that nobody waits for any more, nothing.
    public mutating func finish(
        _ request: RequestID,
        with outcome: Result<Transcript, TranscriptionError>,
        into effects: inout [Effect]
    ) {
        if request == seamRequest {
            seamRequest = nil
            if let event = answers.decide(hearing: try? outcome.get()) { tell(event, into: &effects) }
        } else if let item = answers.settle(request, with: outcome) {
            cutter.book(outcome, samples: item.range.count)
        }
        advance(into: &effects)
    }

    /// Gives up everything that is open, because the client is gone.
    public mutating func abandon() {
        (hasInputEnded, hasEnded) = (true, true)
        cutter.abandon()
        for samples in answers.abandon() { cutter.book(.failure(.cancelled), samples: samples) }
        seamRequest = nil
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
        effects.append(.tell(.updated(settings)))
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
                let id = makeRequestID()
                answers.add(utterance, request: id)
                effects.append(.transcribe(utterance.request, as: id, for: .utterance))
            }
        }
    }

    private mutating func commit(_ item: SessionEvent.Item, into effects: inout [Effect]) {
        effects.append(.tell(.committed(item, previousID: conversation.add(item.id))))
    }

    private mutating func makeRequestID() -> RequestID {
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
        if case .transcribed(let item, let transcript) = event {
            conversation.setTranscript(transcript.text, of: item.id)
        }
        effects.append(.tell(event))
    }
}
