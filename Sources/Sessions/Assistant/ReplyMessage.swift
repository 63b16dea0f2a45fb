import Audio
import DequeModule
import SpeechSynthesis

/// The message of a response: text, or speech that is made piece by piece and sent at the pace at which it is heard.
struct ReplyMessage {
    /// Pieces that have been asked for and not sent whole, at most: an interruption wastes no more than these.
    private static let piecesAhead = 2

    private struct Piece {
        var request: RequestID
        var text: String
        /// What has been made before its turn.
        var samples = SampleQueue()
        var isMade = false
    }

    let place: Reply.Place
    /// Everything that the model has written, as it can be said.
    private(set) var text = ""
    private(set) var ledger: SpokenLedger
    private(set) var sender: PacedSender
    private let settings: AssistantSettings
    private var spoken = SpokenText()
    private var chunker = SpeechChunker()
    /// Text that waits to be made speech.
    private var waiting = Deque<String>()
    /// What is being made, in order; the first one's samples go to the ledger at once.
    private var making = Deque<Piece>()
    /// Where pieces end that are made and not sent whole.
    private var unsent = Deque<Int>()
    private var samples = SampleQueue()
    private var hasTextEnded = false
    private var isClosed = false

    init(_ place: Reply.Place, settings: AssistantSettings) {
        self.place = place
        self.settings = settings
        let rate = settings.outputFormat.rate
        ledger = SpokenLedger(rate: rate)
        sender = PacedSender(rate: rate, lead: settings.lead)
    }

    var isSpoken: Bool { place.modality == .audio }

    /// Whether everything has been sent.
    var isComplete: Bool { hasTextEnded && waiting.isEmpty && making.isEmpty && sender.sent == ledger.made }

    mutating func write(_ more: String, into effects: inout [SessionCore.Effect]) {
        guard isSpoken else {
            text += more
            effects.append(.tell(.reply(.text(more, place))))
            return
        }
        add(spoken.take(more))
    }

    /// The model has written everything.
    mutating func endText() {
        hasTextEnded = true
        guard isSpoken else { return }
        add(spoken.finish())
        waiting += chunker.finish()
    }

    private mutating func add(_ words: String) {
        text += words
        waiting += chunker.take(words)
    }

    /// Takes samples of a piece; false when nobody here waits for it.
    mutating func take(_ more: [Int16], of request: RequestID) -> Bool {
        guard let index = making.firstIndex(where: { $0.request == request }) else { return false }
        if index == 0 {
            samples.append(more)
            ledger.make(more.count)
        } else {
            making[index].samples.append(more)
        }
        return true
    }

    /// Notes that a piece has been made; false when nobody here waits for it.
    mutating func finish(_ request: RequestID) -> Bool {
        guard let index = making.firstIndex(where: { $0.request == request }) else { return false }

        making[index].isMade = true
        while let first = making.first, first.isMade {
            making.removeFirst()
            ledger.completePiece()
            unsent.append(ledger.made)
            guard let next = making.first else { break }
            ledger.begin(next.text)
            ledger.make(next.samples.count)
            samples.append(next.samples)
            making[0].samples = SampleQueue()
        }

        return true
    }

    /// Asks for the next pieces, and sends what may go by now.
    mutating func advance(
        to now: Duration,
        _ requests: inout RequestIDs,
        into effects: inout [SessionCore.Effect]
    ) {
        guard isSpoken, !isClosed else { return }

        sender.advance(to: now)

        // The rest of a piece does not wait for the next one.
        let isWhole = making.isEmpty || unsent.last == ledger.made
        while let count = sender.next(of: ledger.made, isWhole: isWhole) { send(count, into: &effects) }
        while let first = unsent.first, first <= sender.sent { unsent.removeFirst() }
        while making.count + unsent.count < Self.piecesAhead, let piece = waiting.popFirst() {
            if making.isEmpty { ledger.begin(piece) }
            let id = requests.next()
            making.append(Piece(request: id, text: piece))
            let request = SynthesisRequest(text: piece, voice: settings.voice, speed: settings.speed)
            effects.append(.speak(request, rate: ledger.rate, as: id))
        }
    }

    private mutating func send(_ count: Int, into effects: inout [SessionCore.Effect]) {
        let start = Double(ledger.sent) / Double(ledger.rate)
        effects.append(.tell(.reply(.audio(samples.take(count), place))))
        sender.send(count)
        let words = ledger.send(count)
        if !words.isEmpty { effects.append(.tell(.reply(.transcript(words, at: start, place)))) }
    }

    /// How long until more may go; `nil` when that is not a matter of time.
    var delay: Duration? { isClosed ? nil : sender.delay(of: ledger.made) }

    mutating func hold(_ isHeld: Bool) { sender.isHeld = isHeld }

    /// Gives up what has not been sent.
    mutating func stop(into effects: inout [SessionCore.Effect]) {
        for piece in making { effects.append(.cancel(piece.request)) }
        (making, waiting, samples, unsent) = ([], [], SampleQueue(), [])
    }

    /// Lets the clock of the playback go on after the message has ended.
    mutating func play(until now: Duration) { sender.advance(to: now) }

    /// Ends it, once.
    ///
    /// - Returns: The item with what was told of it; `nil` when it had ended.
    mutating func close(
        _ status: ConversationItem.Status,
        into effects: inout [SessionCore.Effect]
    ) -> ConversationItem? {
        guard !isClosed else { return nil }
        isClosed = true
        if status == .completed, isSpoken {
            let rest = ledger.finish()
            let start = Double(ledger.sent) / Double(ledger.rate)
            if !rest.isEmpty { effects.append(.tell(.reply(.transcript(rest, at: start, place)))) }
        }
        return item(isSpoken ? ledger.told : text, status)
    }

    /// It as it is kept beyond the session: with what has been sent or, when it was cancelled, with what has been heard.
    func entry(isCancelled: Bool) -> MemoryEntry {
        guard isSpoken else { return MemoryEntry(itemID: place.itemID, speaker: .assistant, text: text) }
        return entry(heard: isCancelled ? ledger.text(heard: sender.played) : ledger.told)
    }

    /// It as it is kept beyond the session, with what was heard of it.
    func entry(heard: String) -> MemoryEntry {
        MemoryEntry(itemID: place.itemID, speaker: .assistant, text: text, heard: heard == text ? nil : heard)
    }

    func item(_ text: String, _ status: ConversationItem.Status) -> ConversationItem {
        let part: ConversationItem.Part = isSpoken ? .audio(transcript: text) : .text(text)
        return ConversationItem(id: place.itemID, content: .message(.assistant, [part]), status: status)
    }
}
