import Audio
import DequeModule
import Transcription

/// Lets answers out in the order of the audio, however the engine's results come.
struct AnswerOrder {
    /// What is to be done for the answer whose turn it is.
    enum Step: Equatable {
        case tell(SessionEvent)
        /// Two utterances share words that only this piece of audio can part; the answers after it wait.
        case ask(TranscriptionRequest)
    }

    private enum Content {
        case ready(SessionEvent)
        case open(SessionEvent.Item, Utterance.Ends)
        case heard(SessionEvent, Utterance.Ends)
    }

    private struct Entry {
        /// The request that the answer waits for.
        var request: RequestID?
        var content: Content
        /// Samples of its utterance.
        var count = 0
        /// Whether these count as waiting.
        var isCounted = true
        /// Whether its audio is told, but has been let go meanwhile.
        var lacksAudio = false
    }

    private var entries = Deque<Entry>()
    /// Delayed ones that hold nothing back.
    private var late: [RequestID: Entry] = [:]
    private var seams = TranscriptSeams()
    /// Whether the first answer waits for a piece of audio around its cut.
    private var isDeciding = false
    /// Samples of the utterances whose transcripts have not been told.
    private(set) var waiting = 0

    var isEmpty: Bool { entries.isEmpty && late.isEmpty }

    /// Adds an answer that is known already.
    mutating func add(_ event: SessionEvent) { entries.append(Entry(content: .ready(event))) }

    /// Adds an answer that the engine's result for `request` will give.
    mutating func add(_ utterance: Utterance, request: RequestID) {
        let count = utterance.item.range.count
        entries.append(Entry(request: request, content: .open(utterance.item, utterance.ends), count: count))
        waiting += count
    }

    /// Lets an answer wait for another request than before.
    mutating func replace(_ request: RequestID, by other: RequestID) {
        guard let index = entries.firstIndex(where: { $0.request == request }) else { return }
        entries[index].request = other
    }

    /// The item of the utterance that a request is about.
    func itemID(of request: RequestID) -> String? {
        guard let entry = entries.first(where: { $0.request == request }) ?? late[request],
            case .open(let item, _) = entry.content
        else { return nil }
        return item.id
    }

    /// Lets the audio of an utterance go whose result will take long, and no longer counts it as waiting.
    ///
    /// - Parameter isOrdered: Whether the answers after it still wait for it.
    /// - Returns: The utterance's item; `nil` when none waits for this request.
    mutating func delay(_ request: RequestID, isOrdered: Bool) -> SessionEvent.Item? {
        guard let index = entries.firstIndex(where: { $0.request == request }),
            case .open(var item, let ends) = entries[index].content, entries[index].isCounted
        else { return nil }
        waiting -= entries[index].count
        entries[index].isCounted = false
        entries[index].lacksAudio = item.audio != nil
        item.audio = nil
        entries[index].content = .open(item, ends)
        if !isOrdered { late[request] = entries.remove(at: index) }
        return item
    }

    /// Takes the engine's result for an utterance.
    ///
    /// - Parameter audio: Its samples, if it was delayed.
    /// - Returns: The utterance's item, and what to tell at once where it holds nothing back; `nil` when none waits for
    ///   this request.
    mutating func settle(
        _ request: RequestID,
        with outcome: Result<Transcript, TranscriptionError>,
        audio: [Int16]? = nil
    ) -> (SessionEvent.Item, SessionEvent?)? {
        let index = entries.firstIndex { $0.request == request }
        guard let entry = index.map({ entries[$0] }) ?? late[request], case .open(var item, let ends) = entry.content
        else { return nil }
        if entry.lacksAudio { item.audio = audio }
        let event: SessionEvent
        switch outcome {
        case .success(let transcript): event = .transcribed(item, transcript)
        case .failure(let error): event = .failed(item, error)
        }

        if let index {
            entries[index].content = .heard(event, ends)
            return (item, nil)
        }

        late[request] = nil

        // The utterances around it have been told without it, so it has its words by their times alone.
        var seams = TranscriptSeams()
        guard case .settled(let event) = seams.take(event, ends) else { return (item, event) }
        return (item, event)
    }

    /// Takes what the engine heard in the piece that was asked for; `nil` when it failed.
    mutating func decide(hearing piece: Transcript?) -> SessionEvent? {
        guard isDeciding else { return nil }
        isDeciding = false
        removeFirst()
        return seams.settle(hearing: piece)
    }

    /// What the first answer needs; `nil` when it has to wait, or there is none.
    mutating func next() -> Step? {
        guard !isDeciding, let first = entries.first else { return nil }

        switch first.content {
        case .open: return nil
        case .ready(let event):
            removeFirst()
            return .tell(event)
        case .heard(let event, let ends):
            switch seams.take(event, ends) {
            case .settled(let event):
                removeFirst()
                return .tell(event)
            case .undecided(let request):
                isDeciding = true
                return .ask(request)
            }
        }
    }

    /// Forgets everything.
    ///
    /// - Returns: The samples of the utterances whose results have not come.
    mutating func abandon() -> [Int] {
        let open = (entries + late.values).compactMap { entry -> Int? in
            guard case .open = entry.content else { return nil }
            return entry.count
        }
        (entries, late, isDeciding, waiting) = ([], [:], false, 0)
        return open
    }

    private mutating func removeFirst() {
        let entry = entries.removeFirst()
        if entry.isCounted { waiting -= entry.count }
    }
}
