import Chat
import DequeModule
import SpeechSynthesis

/// A response that is being made.
///
/// What the model writes becomes events: text as it comes, or speech at the pace at which it is heard. Exactly one
/// `created` and one `done` are told, and each item that has begun is ended in between.
struct RunningReply {
    /// What a model may write, in bytes: hours of speech.
    static let maximumLength = 128 << 10

    /// What is to be made.
    struct Plan {
        enum Source {
            case model
            /// Words that are known already.
            case text(String)
        }

        var id: String
        /// The session's, with the request's changes.
        var settings: AssistantSettings
        var source = Source.model
        var isOutOfBand = false
        /// The context in place of the conversation.
        var input: [ReplyRequest.Input]?
        var metadata: [String: String] = [:]
        /// Whether speech may interrupt it.
        var isInterruptible: Bool { metadata["interruptible"] != "false" }
    }

    let plan: Plan
    private(set) var info: Reply.Info
    /// What is being said or written; `nil` before the first word.
    private(set) var message: ReplyMessage?
    /// Utterances whose transcripts it waits for; `nil` once the model has been asked.
    private(set) var awaited: Set<String>?
    private var chat: RequestID?
    private var end: ChatEnd?
    private var nextIndex = 0
    /// Bytes that the model has written.
    private var length = 0
    private let makeID: () -> String

    /// - Parameter makeID: Names items.
    init(_ plan: Plan, awaiting transcripts: Set<String>, makeID: @escaping () -> String) {
        self.plan = plan
        self.makeID = makeID
        awaited = transcripts
        info = Reply.Info(
            id: plan.id,
            isOutOfBand: plan.isOutOfBand,
            modality: plan.settings.modality,
            voice: plan.settings.voice,
            format: plan.settings.outputFormat,
            maximumTokens: plan.settings.maximumTokens,
            metadata: plan.metadata
        )
    }

    var isDone: Bool { info.status != .inProgress }

    /// Whether the model has yet to be asked or is still writing, so that no other response may begin.
    var isGenerating: Bool { !isDone && (awaited != nil || chat != nil) }

    /// Everything that the model has written, said or not.
    var text: String { message?.text ?? "" }
}

extension RunningReply {
    func create(into effects: inout [SessionCore.Effect]) { effects.append(.tell(.reply(.created(info)))) }

    /// Notes that an utterance has its transcript, or will have none.
    mutating func settle(transcriptOf id: String) { awaited?.remove(id) }

    /// Whether everything is there that the model has to know.
    var isReady: Bool { !isDone && awaited?.isEmpty == true }

    /// Asks the model.
    mutating func ask(_ request: ChatRequest, as id: RequestID, into effects: inout [SessionCore.Effect]) {
        awaited = nil
        chat = id
        effects.append(.ask(request, as: id))
    }

    /// Takes what the model has written already, and waits for the rest.
    mutating func takeOver(_ draft: Drafts.Draft, in room: inout ReplyRoom) {
        awaited = nil
        chat = draft.id
        for part in draft.parts { _ = take(part, of: draft.id, in: &room) }
        if case .written(let end) = draft.state { _ = finish(draft.id, .success(end), in: &room) }
    }

    /// Says what is known already.
    mutating func say(_ text: String, in room: inout ReplyRoom) {
        awaited = nil
        take(.text(text), in: &room)
        end = ChatEnd(reason: .complete)
        message?.endText()
        advance(in: &room)
    }

    /// Takes a part of the model's reply; false when it is not this one's.
    mutating func take(_ part: ChatPart, of request: RequestID, in room: inout ReplyRoom) -> Bool {
        guard request == chat else { return false }
        length += part.length
        if length <= Self.maximumLength {
            take(part, in: &room)
        } else {
            take(part.beginning(part.length - (length - Self.maximumLength)), in: &room)
            breakOff(in: &room)
        }
        advance(in: &room)
        return true
    }

    /// Ends the model's work where it has written too much; what it has written until then is said.
    private mutating func breakOff(in room: inout ReplyRoom) {
        if let chat = chat.take() { room.effects.append(.cancel(chat)) }
        end = ChatEnd(reason: .tokenLimit)
        message?.endText()
    }

    private mutating func take(_ part: ChatPart?, in room: inout ReplyRoom) {
        switch part {
        case .text(let text)?: write(text, in: &room)
        case .call(let call)?: tell(call, in: &room)
        case nil: break
        }
    }

    private mutating func write(_ text: String, in room: inout ReplyRoom) {
        if message == nil {
            guard text.contains(where: { !$0.isWhitespace }) else { return }
            let item = ConversationItem(id: makeID(), content: .message(.assistant, []), status: .inProgress)
            let place = begin(item, in: &room)
            message = ReplyMessage(place, settings: plan.settings)
        }
        message?.write(text, into: &room.effects)
    }

    /// Tells a call at once: while speech goes on, its function can run already.
    private mutating func tell(_ call: ChatCall, in room: inout ReplyRoom) {
        var item = ConversationItem(id: makeID(), content: .call(call), status: .inProgress)
        var empty = item
        empty.content = .call(ChatCall(id: call.id, name: call.name, arguments: ""))
        let place = begin(empty, in: &room)
        item.status = .completed
        end(item, place: place, in: &room)
    }

    /// Takes how the model's reply ended; false when it is not this one's.
    mutating func finish(
        _ request: RequestID,
        _ result: Result<ChatEnd, ChatError>,
        in room: inout ReplyRoom
    ) -> Bool {
        guard request == chat else { return false }

        chat = nil
        switch result {
        case .success(let end):
            self.end = end
            info.usage = end.usage
            message?.endText()
            advance(in: &room)
        case .failure(let error):
            stop(.failed(Reply.Failure(code: error.code, message: error.description)), in: &room)
        }

        return true
    }

    /// Takes speech that was made; false when it is not this one's.
    mutating func take(_ samples: [Int16], of request: RequestID, in room: inout ReplyRoom) -> Bool {
        guard message?.take(samples, of: request) == true else { return false }
        advance(in: &room)
        return true
    }

    /// Takes how a piece of speech ended; false when it is not this one's.
    mutating func finish(
        _ request: RequestID,
        _ result: Result<Void, SynthesisError>,
        in room: inout ReplyRoom
    ) -> Bool {
        guard message?.finish(request) == true else { return false }
        switch result {
        case .success: advance(in: &room)
        case .failure(let error):
            stop(.failed(Reply.Failure(code: error.code, message: error.description)), in: &room)
        }
        return true
    }

    /// Sends what may go by now, and ends what is complete.
    mutating func advance(in room: inout ReplyRoom) {
        guard !isDone else { return }
        message?.advance(to: room.now, &room.requests, into: &room.effects)
        guard let end, message?.isComplete != false else { return }
        closeMessage(.completed, in: &room)
        switch end.reason {
        case .complete: finish(.completed, in: &room)
        case .tokenLimit: finish(.incomplete(.tokenLimit), in: &room)
        case .contentFilter: finish(.incomplete(.contentFilter), in: &room)
        }
    }

    /// Whether nothing may go out, because somebody may have begun to speak.
    mutating func hold(_ isHeld: Bool) { message?.hold(isHeld) }

    /// Ends it before its time: first the work, then what the client has been told to be open.
    mutating func stop(_ status: Reply.Status, in room: inout ReplyRoom) {
        guard !isDone else { return }
        if let chat = chat.take() { room.effects.append(.cancel(chat)) }
        message?.play(until: room.now)
        message?.stop(into: &room.effects)
        awaited = nil
        closeMessage(.incomplete, in: &room)
        finish(status, in: &room)
    }

    /// What has been heard of it by now; `nil` for nothing, and for what is no part of the conversation.
    var heardSoFar: MemoryEntry? {
        guard !plan.isOutOfBand, let entry = message?.entry(isCancelled: true) else { return nil }
        return entry.heard == "" ? nil : entry
    }

    /// Has what was said kept: of an answer that was cancelled, what has been heard by now.
    private func remember(in room: inout ReplyRoom) {
        guard !plan.isOutOfBand, let message else { return }
        room.remember(message.entry(isCancelled: info.status.isCancelled))
    }

    private mutating func closeMessage(_ status: ConversationItem.Status, in room: inout ReplyRoom) {
        guard let item = message?.close(status, into: &room.effects), let place = message?.place else { return }
        end(item, place: place, in: &room)
    }

    private mutating func begin(_ item: ConversationItem, in room: inout ReplyRoom) -> Reply.Place {
        let previous = plan.isOutOfBand ? nil : room.conversation.add(item)
        let place = Reply.Place(
            responseID: plan.id,
            itemID: item.id,
            index: nextIndex,
            previousID: previous,
            isOutOfBand: plan.isOutOfBand,
            modality: plan.settings.modality,
            format: plan.settings.outputFormat
        )
        nextIndex += 1
        info.output.append(item)
        room.effects.append(.tell(.reply(.begun(item, place))))
        return place
    }

    private mutating func end(_ item: ConversationItem, place: Reply.Place, in room: inout ReplyRoom) {
        info.output[place.index] = item
        if !plan.isOutOfBand { room.conversation.replace(item) }
        room.effects.append(.tell(.reply(.ended(item, place))))
    }

    private mutating func finish(_ status: Reply.Status, in room: inout ReplyRoom) {
        info.status = status
        remember(in: &room)
        room.effects.append(.tell(.reply(.done(info))))
    }
}

extension ChatPart {
    /// In bytes.
    var length: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .call(let call): call.id.utf8.count + call.name.utf8.count + call.arguments.utf8.count
        }
    }

    /// As much of it as so many bytes hold; of a call, which is of no use in part, nothing.
    fileprivate func beginning(_ length: Int) -> ChatPart? {
        guard case .text(let text) = self else { return nil }
        var end = text.utf8.index(text.startIndex, offsetBy: length)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return .text(String(text[..<end]))
    }
}

/// What a response changes around itself.
struct ReplyRoom {
    var conversation: Conversation
    var requests: RequestIDs
    var persona = PersonaState()
    var effects: [SessionCore.Effect] = []
    var now: Duration
    /// What became of answers that were begun in a pause.
    var drafts = SessionCore.Speculations()
}
