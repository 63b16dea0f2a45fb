import Audio
import Chat
import DequeModule

/// The answers that are written in a pause, before it is certain that the turn has ended.
///
/// A draft is used whole, when the turn ends with just the conversation that the model was given, or leaves no trace:
/// until then nothing of it is told, said or remembered.
struct Drafts {
    /// An answer to an utterance that may go on.
    struct Draft {
        enum State: Equatable {
            case writing
            case written(ChatEnd)
            /// The model has failed or written too much; the answer is asked for anew.
            case spoiled
            /// The model has not been asked, as too many drafts were in vain; it only counts whether this one would have been.
            case held
        }

        /// The utterance, and where its speech had ended: it has gone on when that is elsewhere.
        let itemID: String
        let voicedEnd: SamplePosition
        let request: ChatRequest
        let id: RequestID
        fileprivate(set) var state: State
        fileprivate(set) var parts: [ChatPart] = []
        /// Bytes in `parts`.
        fileprivate var length = 0
    }

    private(set) var current: Draft?
    private var budget = DraftBudget()

    /// Begins with the answer to an utterance.
    mutating func begin(
        _ request: ChatRequest,
        answering itemID: String,
        endedAt voicedEnd: SamplePosition,
        in room: inout ReplyRoom
    ) {
        drop(in: &room)
        let id = room.requests.next()
        let isAsked = budget.allowsDraft
        current = Draft(
            itemID: itemID,
            voicedEnd: voicedEnd,
            request: request,
            id: id,
            state: isAsked ? .writing : .held
        )
        if isAsked { room.effects.append(.ask(request, as: id)) }
    }

    /// Takes a part of the model's reply; false when it is not the draft's.
    mutating func take(_ part: ChatPart, of request: RequestID, in room: inout ReplyRoom) -> Bool {
        guard current?.id == request, current?.state == .writing else { return false }
        current?.length += part.length
        current?.parts.append(part)
        if let length = current?.length, length > RunningReply.maximumLength {
            room.effects.append(.cancel(request))
            spoil()
        }
        return true
    }

    /// Takes how the model's reply ended; false when it is not the draft's.
    mutating func finish(_ request: RequestID, _ result: Result<ChatEnd, ChatError>) -> Bool {
        guard current?.id == request, current?.state == .writing else { return false }
        switch result {
        case .success(let end): current?.state = .written(end)
        case .failure: spoil()
        }
        return true
    }

    /// A spoiled draft stays, so that the same pause is not asked about again.
    private mutating func spoil() {
        current?.state = .spoiled
        current?.parts = []
    }

    /// Ends the draft as its turn has ended.
    ///
    /// - Parameter request: What the model is to be asked now.
    /// - Returns: The draft if it is the answer to that; else the model has to be asked.
    mutating func handOver(for request: ChatRequest, in room: inout ReplyRoom) -> Draft? {
        guard let draft = current, draft.request == request else {
            drop(in: &room)
            return nil
        }

        switch draft.state {
        case .spoiled:
            drop(in: &room)
            return nil
        case .held:
            current = nil
            budget.note(wasUsed: true)
            return nil
        case .writing, .written:
            current = nil
            budget.note(wasUsed: true)
            room.drafts.used += 1
            return draft
        }
    }

    /// Gives up the draft, as the speaker goes on or what was said is not answered.
    mutating func drop(in room: inout ReplyRoom) {
        guard let draft = current.take() else { return }
        budget.note(wasUsed: false)
        guard draft.state != .held else { return }
        room.drafts.discarded += 1
        if draft.state == .writing { room.effects.append(.cancel(draft.id)) }
    }
}

/// Keeps the share of drafts that are written in vain in bounds.
///
/// While it allows none, the outcomes that drafts would have had count on, so that it allows them again.
struct DraftBudget {
    /// Outcomes that count.
    private static let memory = 20
    /// Outcomes before there is a judgement.
    private static let least = 5
    /// Drafts that may be in vain, of a hundred.
    private static let limit = 40

    private var outcomes = Deque<Bool>()

    var allowsDraft: Bool {
        guard outcomes.count >= Self.least else { return true }
        return outcomes.count(where: { !$0 }) * 100 <= Self.limit * outcomes.count
    }

    mutating func note(wasUsed: Bool) {
        outcomes.append(wasUsed)
        if outcomes.count > Self.memory { outcomes.removeFirst() }
    }
}
