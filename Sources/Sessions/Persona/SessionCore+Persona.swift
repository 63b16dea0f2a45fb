extension SessionCore {
    /// Takes the character that was asked for, or why there is none; the session then goes on as it was.
    public mutating func finish(
        _ request: RequestID,
        recalling result: Result<Persona, ClientError>,
        into effects: inout [Effect]
    ) {
        guard let recall = room.persona.recall, recall.request == request else { return }

        room.persona.recall = nil
        switch (recall.purpose, result) {
        case (.opening, .success(let persona)):
            play(persona, as: recall.choice)
            effects.append(.tell(.created(settings)))
        case (.opening, .failure(let error)):
            (settings.assistant.character, settings.assistant.prompt) = (nil, nil)
            setAssistant(into: &effects)
            effects.append(.tell(.created(settings)))
            effects.append(.tell(.rejected(error)))
        case (.change(let update), .success(let persona)):
            settings.apply(update)
            play(persona, as: recall.choice)
            follow(into: &effects)
        case (.change(let update), .failure(var error)):
            error.eventID = update.eventID
            effects.append(.tell(.rejected(error)))
        }

        // Asks to be called when the greeting is due.
        withAssistant(into: &effects) { _, _ in }
        takeTurns(into: &effects)
        end(into: &effects)
    }

    /// Takes what became of an entry that was to be kept.
    public mutating func finish(remembering result: Result<Void, ClientError>, into effects: inout [Effect]) {
        guard case .failure(let error) = result else { return }
        effects.append(.tell(.rejected(error)))
    }

    /// Whether it plays a character, with which what is said is kept.
    public var hasPersona: Bool { room.persona.persona != nil }

    /// Looks for the character that a session begins with; false where it has none.
    mutating func beginRecall(into effects: inout [Effect]) -> Bool {
        guard settings.answers, let choice = settings.assistant.character else { return false }
        recall(choice, for: .opening, into: &effects)
        return true
    }

    /// Holds a change back while the character is looked for that it asks for; false where it asks for none.
    mutating func holdsBack(_ update: SessionUpdate, into effects: inout [Effect]) -> Bool {
        var next = settings
        next.apply(update)
        guard next.answers, let choice = next.assistant.character, choice != room.persona.choice else { return false }
        recall(choice, for: .change(update), into: &effects)
        return true
    }

    private mutating func recall(
        _ choice: CharacterChoice,
        for purpose: PersonaState.Recall.Purpose,
        into effects: inout [Effect]
    ) {
        let id = makeRequestID()
        room.persona.recall = PersonaState.Recall(request: id, choice: choice, purpose: purpose)
        effects.append(.recall(choice, as: id))
    }

    private mutating func play(_ persona: Persona, as choice: CharacterChoice) {
        room.persona.set(persona, for: choice, at: room.now)
        if !settings.assistant.hasNamedVoice { settings.assistant.voice = persona.voice ?? serverVoice }
        assistant?.settings = settings.assistant
    }

    /// Plays no character any more, where a change has taken it away.
    mutating func dropPersona() {
        guard room.persona.choice != nil, settings.assistant.character == nil else { return }
        room.persona.set(nil, for: nil, at: room.now)
        if !settings.assistant.hasNamedVoice { settings.assistant.voice = serverVoice }
    }

    /// Has an item that somebody else than the assistant made kept, before it is told.
    mutating func remember(_ item: ConversationItem, into effects: inout [Effect]) {
        guard let entry = MemoryEntry(item) else { return }
        // An answer that is being said came first; what is yet to be heard of it takes its place later.
        if let heard = assistant?.current?.heardSoFar { keep(heard, into: &effects) }
        keep(entry, into: &effects)
    }

    /// Has an item that a client deletes forgotten.
    mutating func forget(_ item: ConversationItem, into effects: inout [Effect]) {
        guard var entry = MemoryEntry(item) else { return }
        entry.heard = ""
        keep(entry, into: &effects)
    }

    private mutating func keep(_ entry: MemoryEntry, into effects: inout [Effect]) {
        if let effect = room.persona.remember(entry) { effects.append(effect) }
    }

    /// Says the first words where they are due, and nobody speaks.
    mutating func greet(into effects: inout [Effect]) {
        guard let time = room.persona.greetingTime, time <= room.now, !hasInputEnded else { return }
        guard !cutter.isSpeaking, answers.isEmpty, !turns.owesAnswer, room.persona.recall == nil else { return }
        guard let assistant, settings.turnDetection != nil, assistant.settings.createsResponse else { return }
        guard !assistant.isActive else { return }
        withAssistant(into: &effects) { assistant, room in assistant.greet(in: &room) }
    }
}

extension Assistant {
    /// Says the first words of the character.
    fileprivate mutating func greet(in room: inout ReplyRoom) {
        guard let greeting = room.persona.takeGreeting() else { return }
        var plan = plan()
        plan.source = .text(greeting)
        begin(plan, awaiting: [], in: &room)
    }
}
