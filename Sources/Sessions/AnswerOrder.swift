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
        /// Samples that wait with it.
        var count = 0
    }

    private var entries = Deque<Entry>()
    private var seams = TranscriptSeams()
    /// Whether the first answer waits for a piece of audio around its cut.
    private var isDeciding = false
    /// Samples of the utterances whose transcripts have not been told.
    private(set) var waiting = 0

    var isEmpty: Bool { entries.isEmpty }

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

    /// Takes the engine's result for an utterance.
    ///
    /// - Returns: The utterance's item; `nil` when none waits for this request.
    mutating func settle(
        _ request: RequestID,
        with outcome: Result<Transcript, TranscriptionError>
    ) -> SessionEvent.Item? {
        guard let index = entries.firstIndex(where: { $0.request == request }),
            case .open(let item, let ends) = entries[index].content
        else { return nil }
        switch outcome {
        case .success(let transcript): entries[index].content = .heard(.transcribed(item, transcript), ends)
        case .failure(let error): entries[index].content = .heard(.failed(item, error), ends)
        }
        return item
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
        let open = entries.compactMap { entry -> Int? in
            guard case .open = entry.content else { return nil }
            return entry.count
        }
        (entries, isDeciding, waiting) = ([], false, 0)
        return open
    }

    private mutating func removeFirst() { waiting -= entries.removeFirst().count }
}
