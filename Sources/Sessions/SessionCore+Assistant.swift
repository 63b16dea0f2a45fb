import Audio
public import Chat
import SpeechDetection
public import SpeechSynthesis
import Transcription

extension SessionCore {
    /// Takes a part of the language model's reply.
    public mutating func take(_ part: ChatPart, of request: RequestID, into effects: inout [Effect]) {
        withAssistant(into: &effects) { assistant, room in assistant.take(part, of: request, in: &room) }
        end(into: &effects)
    }

    /// Takes how the language model's reply ended.
    public mutating func finish(
        _ request: RequestID,
        with result: Result<ChatEnd, ChatError>,
        into effects: inout [Effect]
    ) {
        withAssistant(into: &effects) { assistant, room in assistant.finish(request, result, in: &room) }
        end(into: &effects)
    }

    /// Takes speech that was made, at the rate that was asked for.
    public mutating func take(_ samples: [Int16], of request: RequestID, into effects: inout [Effect]) {
        withAssistant(into: &effects) { assistant, room in assistant.take(samples, of: request, in: &room) }
        end(into: &effects)
    }

    /// Takes how a piece of speech ended.
    public mutating func finish(
        _ request: RequestID,
        with result: Result<Void, SynthesisError>,
        into effects: inout [Effect]
    ) {
        withAssistant(into: &effects) { assistant, room in assistant.finish(request, result, in: &room) }
        end(into: &effects)
    }

    /// Lets time pass: a session that answers has to be told before everything else is handed in.
    ///
    /// - Parameter now: Since any moment, the same for a whole session.
    public mutating func advance(to now: Duration, into effects: inout [Effect]) {
        room.now = max(room.now, now)
        if let wakeTime, wakeTime <= room.now { self.wakeTime = nil }
        guard assistant != nil else { return }
        withAssistant(into: &effects) { assistant, room in assistant.advance(in: &room) }
        if !hasInputEnded, !cutter.isSpeaking, assistant?.takeIdleTimeout(at: room.now) == true {
            speakUnasked(into: &effects)
        }
        greet(into: &effects)
        end(into: &effects)
    }

    /// Whether time matters to the session.
    public var isTimed: Bool { assistant != nil }
}

extension SessionCore {
    /// Lets the assistant work, and asks the driver to come again when it needs that.
    mutating func withAssistant(into effects: inout [Effect], _ body: (inout Assistant, inout ReplyRoom) -> Void) {
        guard var assistant = assistant.take() else { return }
        body(&assistant, &room)
        self.assistant = assistant
        effects += room.effects
        room.effects.removeAll(keepingCapacity: true)
        let greeting = room.persona.greetingTime.flatMap { $0 > room.now ? $0 : nil }
        let times = [assistant.nextTime(after: room.now), greeting]
        guard let time = times.compactMap(\.self).min(), wakeTime.map({ time < $0 }) != false else { return }
        wakeTime = time
        effects.append(.wake(after: max(.zero, time - room.now)))
    }

    /// Follows the settings: a session may begin to answer, or stop.
    mutating func setAssistant(into effects: inout [Effect]) {
        room.conversation.limit = settings.answers ? settings.remembersWhileAnswering : settings.rememberedItems
        room.conversation.truncation = settings.assistant.truncation
        guard settings.answers else {
            stopAnswering(into: &effects)
            return
        }

        if assistant == nil {
            assistant = Assistant(settings: settings.assistant, makeItemID: makeItemID, makeReplyID: makeReplyID)
        } else {
            assistant?.settings = settings.assistant
        }
    }

    /// Answers again after ``stopAnswering(as:into:)``, if the session does, as somebody listens again.
    public mutating func answerAgain(into effects: inout [Effect]) { setAssistant(into: &effects) }

    /// Ends what is being answered and answers no more; what has been said is still transcribed.
    ///
    /// For a client that has closed its connection and waits for nothing but the end, and for a server that stops.
    ///
    /// - Parameter status: What becomes of responses that are not done.
    public mutating func stopAnswering(
        as status: Reply.Status = .cancelled(.clientCancelled),
        into effects: inout [Effect]
    ) {
        withAssistant(into: &effects) { assistant, room in assistant.stopAll(status, in: &room) }
        assistant = nil
        turns.reset()
    }

    /// Carries out a command about responses.
    mutating func carryOut(_ command: ClientCommand, into effects: inout [Effect]) {
        guard assistant != nil else {
            effects.append(.tell(.rejected(Self.noAssistant(for: command))))
            return
        }

        withAssistant(into: &effects) { assistant, room in
            switch command {
            case .respond(let request, let eventID): assistant.respond(to: request, eventID: eventID, in: &room)
            case .cancelResponse(let id, let eventID): assistant.cancel(id, eventID: eventID, in: &room)
            case .truncate(let id, let milliseconds, let eventID):
                assistant.truncate(id, milliseconds: milliseconds, eventID: eventID, in: &room)
            case .clearOutput: assistant.clearOutput(in: &room)
            default: break
            }
        }
    }

    static func noAssistant(for command: ClientCommand) -> ClientError {
        switch command {
        case .cancelResponse(_, let eventID):
            ClientError(
                .responseCancel,
                "There is no response to cancel: this session transcribes and does not answer.",
                eventID: eventID
            )
        case .truncate(_, _, let eventID):
            ClientError(
                .itemTruncate,
                "Only audio of the assistant can be truncated, and a transcription session has none.",
                param: "item_id",
                eventID: eventID
            )
        case .respond(_, let eventID), .create(_, _, let eventID), .clearOutput(let eventID):
            ClientError(
                .invalidValue,
                "This session transcribes and does not answer. Set session.type to 'realtime' for a conversation.",
                param: "type",
                eventID: eventID
            )
        default: ClientError(.invalidEvent, "This session transcribes and does not answer.")
        }
    }
}

extension SessionCore {
    /// Takes the start of speech; while the assistant speaks, it is told once it has lasted long enough to be meant.
    mutating func startSpeech(_ id: String, at start: SamplePosition, into effects: inout [Effect]) {
        assistant?.noteSpeech()
        guard let assistant, assistant.isActive, assistant.isInterruptible else {
            effects.append(.tell(.speechStarted(itemID: id, at: start)))
            if assistant?.isInterruptible == false, assistant?.isActive == true { return }
            interruptPlayback(into: &effects)
            return
        }
        turns.suspicion = TurnTaking.Suspicion(itemID: id, start: start)
        withAssistant(into: &effects) { assistant, room in assistant.hold(true, in: &room) }
    }

    /// What has been sent and not yet played counts as heard up to now.
    private mutating func interruptPlayback(into effects: inout [Effect]) {
        guard assistant?.settings.interruptsResponse == true else { return }
        withAssistant(into: &effects) { assistant, room in assistant.interrupt(in: &room) }
    }

    /// Takes the end of speech; what was too short to interrupt does so only by its words.
    mutating func stopSpeech(_ id: String, at end: SamplePosition, into effects: inout [Effect]) {
        if let suspicion = turns.suspicion, suspicion.itemID == id {
            turns.suspicion = nil
            turns.noteShort(id)
            effects.append(.tell(.speechStarted(itemID: id, at: suspicion.start)))
            withAssistant(into: &effects) { assistant, room in assistant.hold(false, in: &room) }
        }
        effects.append(.tell(.speechStopped(itemID: id, at: end)))
    }

    /// Follows a change of the settings, after which speech that has begun may no longer interrupt.
    mutating func reviewSpeech(into effects: inout [Effect]) {
        if settings.turnDetection == nil {
            forgetSpeech(into: &effects)
        } else if !settings.answers || !settings.assistant.interruptsResponse, let suspicion = turns.suspicion {
            forgetSpeech(into: &effects)
            effects.append(.tell(.speechStarted(itemID: suspicion.itemID, at: suspicion.start)))
        }
    }

    /// The speech that may have interrupted the assistant is no longer one.
    mutating func forgetSpeech(into effects: inout [Effect]) {
        guard turns.suspicion.take() != nil else { return }
        withAssistant(into: &effects) { assistant, room in assistant.hold(false, in: &room) }
    }

    /// Interrupts the assistant when speech has lasted long enough, and answers what is owed an answer.
    mutating func takeTurns(into effects: inout [Effect]) {
        guard assistant != nil else { return }

        if let suspicion = turns.suspicion, isMeant(suspicion) {
            turns.suspicion = nil
            turns.noteInterruption(suspicion.itemID)
            // The response ends first, so that no audio follows the line that says that somebody speaks.
            var ending: [Effect] = []
            withAssistant(into: &ending) { assistant, room in assistant.interrupt(in: &room) }
            effects.append(.tell(.speechStarted(itemID: suspicion.itemID, at: suspicion.start)))
            effects += ending
        }

        if turns.owesAnswer, !cutter.isSpeaking, answers.isEmpty, items.isEmpty, room.persona.recall == nil {
            turns.owesAnswer = false
            room.persona.dropGreeting()
            withAssistant(into: &effects) { assistant, room in assistant.answer(in: &room) }
        }

        greet(into: &effects)
        draftAnswer(into: &effects)
    }

    /// Whether speech has lasted long enough to be meant; in the first second of an answer it may be its echo.
    private func isMeant(_ suspicion: TurnTaking.Suspicion) -> Bool {
        guard let assistant, let utterance = cutter.underWay, utterance.itemID == suspicion.itemID else { return false }
        let rules = settings.turnDetection ?? settings.defaultTurnDetection
        let length = Int(utterance.voicedEnd - utterance.voicedStart) + rules.minimumSpeech
        let isEarly = (assistant.heard ?? .zero) < .seconds(1)
        let isGuarded = assistant.settings.guardsAgainstEcho && isEarly && assistant.heard != nil
        let bargeIn = assistant.settings.bargeIn
        return length >= (isGuarded ? bargeIn * EchoTest.longerBy.numerator / EchoTest.longerBy.denominator : bargeIn)
    }

    /// Takes what became of an utterance, and answers it when it was a turn.
    mutating func settle(
        _ item: SessionEvent.Item,
        with result: Result<String, TranscriptionError>,
        into effects: inout [Effect]
    ) {
        let text = try? result.get()
        room.conversation.setTranscript(text, of: item.id)
        guard let assistant else { return }
        let (consequence, hasInterrupted) = turns.takeConsequence(of: item.id)
        withAssistant(into: &effects) { assistant, room in assistant.settle(transcriptOf: item.id, in: &room) }
        guard let consequence else { return }
        if case .failure(let error) = result {
            guard assistant.settings.createsResponse else { return }
            let failure = Reply.Failure(code: "transcription_failed", message: error.description)
            withAssistant(into: &effects) { assistant, room in assistant.fail(failure, in: &room) }
            return
        }

        guard let text, says(text, consequence) else {
            if hasInterrupted {
                withAssistant(into: &effects) { assistant, room in assistant.resume(in: &room) }
            }
            return
        }

        if consequence == .answerIfItSaysSomething, assistant.settings.interruptsResponse {
            withAssistant(into: &effects) { assistant, room in assistant.interrupt(in: &room) }
        }
        if assistant.settings.createsResponse { turns.owesAnswer = true }
    }

    /// Whether an utterance says something to the assistant.
    func says(_ text: String, _ consequence: TurnTaking.Consequence) -> Bool {
        guard let assistant, text.contains(where: { $0.isLetter || $0.isNumber }) else { return false }
        if consequence == .answerIfItSaysSomething, EchoTest.isBackchannel(text) { return false }
        return !(assistant.settings.guardsAgainstEcho && EchoTest.isEcho(text, of: assistant.spoken.recentText))
    }

    /// Speaks because nobody has for a while, to an utterance without words.
    private mutating func speakUnasked(into effects: inout [Effect]) {
        let position = cutter.end
        let item = SessionEvent.Item(id: makeItemID(), range: position..<position)
        effects.append(.tell(.timedOut(itemID: item.id, at: position)))
        effects.append(.tell(.committed(item, previousID: room.conversation.add(utterance: item.id))))
        room.conversation.setTranscript("", of: item.id)
        withAssistant(into: &effects) { assistant, room in assistant.answer(in: &room) }
    }
}
