import Audio
import Chat
import DequeModule
import SpeechSynthesis

/// The side of a session that answers: its responses, what of them was heard, and what may still be cut.
///
/// At most one response writes to the conversation; those outside it run beside it.
struct Assistant {
    /// Responses outside the conversation at once, at most.
    private static let maximumBeside = 8

    var settings: AssistantSettings
    var current: RunningReply?
    /// A response that a client asked for while the one before was only speaking.
    var queued: RunningReply.Plan?
    var beside: [RunningReply] = []
    /// An answer that is written although its turn may go on.
    var drafts = Drafts()
    var spoken = SpokenMemory()
    /// What the last interruption cut off, until a user has said something.
    var interrupted: RunningReply.Plan?
    /// When what is held back goes out although nobody has said whether somebody speaks.
    var holdDeadline: Duration?
    /// Whether somebody has spoken since a response was last completed, so that a truncation may be late.
    var hasHeardSpeech = false
    /// When the assistant speaks again by itself.
    var idleDeadline: Duration?
    private let makeItemID: () -> String
    private let makeReplyID: () -> String

    init(settings: AssistantSettings, makeItemID: @escaping () -> String, makeReplyID: @escaping () -> String) {
        self.settings = settings
        self.makeItemID = makeItemID
        self.makeReplyID = makeReplyID
    }

    /// Whether a response is being made or spoken.
    var isActive: Bool { current != nil }

    /// Whether a response has yet to be done, in the conversation or outside it.
    var hasWork: Bool { current != nil || !beside.isEmpty }

    /// Whether speech may interrupt what is going on.
    var isInterruptible: Bool { settings.interruptsResponse && current?.plan.isInterruptible == true }

    /// When it has to be given the time again; `nil` when nothing depends on it.
    func nextTime(after now: Duration) -> Duration? {
        let delays = ([current] + beside).compactMap { $0?.message?.delay }
        // A silence that is over while somebody speaks is looked at again when something comes.
        return ([idleDeadline, holdDeadline] + delays.map { now + $0 }).compactMap(\.self).filter { $0 > now }.min()
    }
}

extension Assistant {
    /// Carries out what a client asks for with `response.create`.
    mutating func respond(to request: ReplyRequest, eventID: String?, in room: inout ReplyRoom) {
        var plan = plan()
        plan.settings.apply(request.changes)
        plan.isOutOfBand = request.isOutOfBand
        plan.input = request.input
        plan.metadata = request.metadata
        if case .reference(let id)? = request.input?.first(where: { !Self.isKnown($0, in: room.conversation) }) {
            let message = "There is no item '\(id)' in this conversation."
            room.refuse(ClientError(.badResponse, message, param: "response.input", eventID: eventID))
        } else if room.conversation.length(of: request.input ?? []) > Conversation.maximumLength {
            let message = "The items of 'response.input' hold more than \(Conversation.maximumLength) bytes together."
            room.refuse(ClientError(.badResponse, message, param: "response.input", eventID: eventID))
        } else if plan.isOutOfBand, beside.count >= Self.maximumBeside {
            let message = "\(beside.count) responses outside the conversation are under way; wait for one of them."
            room.refuse(ClientError(.badResponse, message, eventID: eventID))
        } else if plan.isOutOfBand {
            beside.append(start(plan, awaiting: room.conversation.awaited, in: &room))
            advance(in: &room)
        } else if current?.isGenerating == true || queued != nil {
            let message = "A response is being made already. Wait for its response.done, or cancel it."
            room.refuse(ClientError(.activeResponse, message, eventID: eventID))
        } else if current != nil {
            queued = plan
        } else {
            if plan.input == nil, !room.conversation.hasUser, let greeting = room.persona.takeGreeting() {
                plan.source = .text(greeting)
            }
            room.persona.dropGreeting()
            begin(plan, awaiting: room.conversation.awaited, in: &room)
        }
    }

    /// Answers a turn of the user.
    mutating func answer(in room: inout ReplyRoom) {
        interrupted = nil
        if current == nil {
            begin(plan(), awaiting: [], in: &room)
        } else {
            // What has been said since is part of what it will answer.
            queued = queued ?? plan()
        }
    }

    /// Says that a turn cannot be answered, as its transcript is missing.
    mutating func fail(_ failure: Reply.Failure, in room: inout ReplyRoom) {
        guard current == nil else { return }
        var reply = start(plan(), awaiting: [], in: &room)
        reply.stop(.failed(failure), in: &room)
    }

    func plan() -> RunningReply.Plan { RunningReply.Plan(id: makeReplyID(), settings: settings) }

    private static func isKnown(_ input: ReplyRequest.Input, in conversation: Conversation) -> Bool {
        guard case .reference(let id) = input else { return true }
        return conversation.contains(id)
    }

    mutating func begin(_ plan: RunningReply.Plan, awaiting transcripts: Set<String>, in room: inout ReplyRoom) {
        idleDeadline = nil
        current = start(plan, awaiting: transcripts, in: &room)
        advance(in: &room)
    }

    private func start(
        _ plan: RunningReply.Plan,
        awaiting transcripts: Set<String>,
        in room: inout ReplyRoom
    ) -> RunningReply {
        let reply = RunningReply(plan, awaiting: transcripts, makeID: makeItemID)
        reply.create(into: &room.effects)
        return reply
    }
}

extension Assistant {
    /// Notes that an utterance has its transcript, or will have none.
    mutating func settle(transcriptOf id: String, in room: inout ReplyRoom) {
        current?.settle(transcriptOf: id)
        for index in beside.indices { beside[index].settle(transcriptOf: id) }
        advance(in: &room)
    }

    /// Takes a part of a model's reply.
    mutating func take(_ part: ChatPart, of request: RequestID, in room: inout ReplyRoom) {
        guard !drafts.take(part, of: request, in: &room) else { return }
        each(in: &room) { reply, room in reply.take(part, of: request, in: &room) }
    }

    /// Takes how a model's reply ended.
    mutating func finish(_ request: RequestID, _ result: Result<ChatEnd, ChatError>, in room: inout ReplyRoom) {
        guard !drafts.finish(request, result) else { return }
        each(in: &room) { reply, room in reply.finish(request, result, in: &room) }
    }

    /// Takes speech.
    mutating func take(_ samples: [Int16], of request: RequestID, in room: inout ReplyRoom) {
        each(in: &room) { reply, room in reply.take(samples, of: request, in: &room) }
    }

    /// Takes how a piece of speech ended.
    mutating func finish(_ request: RequestID, _ result: Result<Void, SynthesisError>, in room: inout ReplyRoom) {
        each(in: &room) { reply, room in reply.finish(request, result, in: &room) }
    }

    /// Offers something to each response until one takes it.
    private mutating func each(in room: inout ReplyRoom, take: (inout RunningReply, inout ReplyRoom) -> Bool) {
        var isTaken = false
        // Taken out, as a copy would copy its speech.
        if var reply = current.take() {
            isTaken = take(&reply, &room)
            current = reply
        }
        for index in beside.indices where !isTaken { isTaken = take(&beside[index], &room) }
        collect(in: &room)
    }

    /// Does what has become possible with time, or with a transcript.
    mutating func advance(in room: inout ReplyRoom) {
        spoken.advance(to: room.now)
        if let deadline = holdDeadline, deadline <= room.now {
            holdDeadline = nil
            current?.hold(false)
        }

        if var reply = current.take() {
            askWhenReady(&reply, in: &room)
            reply.advance(in: &room)
            current = reply
        }

        for index in beside.indices {
            if beside[index].isReady {
                if let request = request(for: beside[index].plan, in: &room) {
                    beside[index].ask(request, as: room.requests.next(), into: &room.effects)
                } else {
                    beside[index].stop(.failed(Truncation.failure), in: &room)
                }
            }
            beside[index].advance(in: &room)
        }

        collect(in: &room)
    }

    private mutating func askWhenReady(_ reply: inout RunningReply, in room: inout ReplyRoom) {
        guard reply.isReady else { return }

        if case .text(let text) = reply.plan.source {
            reply.say(text, in: &room)
            return
        }

        guard let request = request(for: reply.plan, in: &room) else {
            reply.stop(.failed(Truncation.failure), in: &room)
            return
        }

        if let draft = drafts.handOver(for: request, in: &room) {
            reply.takeOver(draft, in: &room)
        } else {
            reply.ask(request, as: room.requests.next(), into: &room.effects)
        }
    }

    /// What the model is asked for a response; `nil` where the conversation is too long and may not be cut.
    func request(for plan: RunningReply.Plan, in room: inout ReplyRoom) -> ChatRequest? {
        let items = plan.input.map { input in
            input.compactMap { entry in
                switch entry {
                case .item(let item): item
                case .reference(let id): room.conversation.item(id)
                }
            }
        }
        guard let context = items ?? room.conversation.prompt() else { return nil }
        let settings = plan.settings
        var messages = Prompt.messages(instructions: settings.instructions, items: context)
        if let persona = room.persona.persona {
            messages = persona.messages(settings, about: context, followsHistory: items == nil)
        }
        return ChatRequest(
            messages: messages,
            tools: settings.tools,
            toolChoice: settings.toolChoice,
            allowsParallelCalls: settings.allowsParallelCalls,
            maximumTokens: settings.maximumTokens,
            temperature: settings.temperature,
            effort: settings.effort
        )
    }

    /// Lets go of responses that are done, and begins the one that waits.
    mutating func collect(in room: inout ReplyRoom) {
        beside.removeAll(where: \.isDone)
        guard let reply = current, reply.isDone else { return }
        current = nil
        if let message = reply.message, message.isSpoken { spoken.remember(message) }
        if case .completed = reply.info.status { hasHeardSpeech = false }
        if let plan = queued.take() {
            begin(plan, awaiting: room.conversation.awaited, in: &room)
        } else if let timeout = settings.idleTimeout, case .completed = reply.info.status {
            idleDeadline = room.now + spoken.remaining + timeout
        }
    }
}

extension ReplyRoom {
    mutating func refuse(_ error: ClientError) { effects.append(.tell(.rejected(error))) }
}
