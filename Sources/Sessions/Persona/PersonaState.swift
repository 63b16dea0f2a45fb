/// The character that a session plays, and what of it is yet to come.
struct PersonaState {
    /// A character that is being looked for.
    struct Recall {
        enum Purpose {
            /// The session begins with it.
            case opening
            /// A client asks for it by a change, which holds once it is found.
            case change(SessionUpdate)
        }

        var request: RequestID
        var choice: CharacterChoice
        var purpose: Purpose
    }

    /// How long after its character was found a session begins to speak by itself, so that a client can say how.
    static let greetingDelay = Duration.milliseconds(500)

    var recall: Recall?
    private(set) var choice: CharacterChoice?
    private(set) var persona: Persona?
    /// When the greeting is said; `nil` once it has been, or is not to be.
    private(set) var greetingTime: Duration?
    /// What was kept last, so that the same is not written twice.
    private var last: MemoryEntry?

    mutating func set(_ persona: Persona?, for choice: CharacterChoice?, at now: Duration) {
        (self.persona, self.choice, last) = (persona, choice, nil)
        greetingTime = persona?.greeting == nil ? nil : now + Self.greetingDelay
    }

    /// The greeting if it has not been said, which then counts as said.
    mutating func takeGreeting() -> String? {
        guard greetingTime.take() != nil else { return nil }
        return persona?.greeting
    }

    /// The user has spoken first.
    mutating func dropGreeting() { greetingTime = nil }

    /// What has to be done to keep an entry; `nil` without a character, and for what is kept already.
    mutating func remember(_ entry: MemoryEntry) -> SessionCore.Effect? {
        guard let persona, entry != last, entry.text.contains(where: { !$0.isWhitespace }) else { return nil }
        last = entry
        return .remember([entry], in: persona.memoryID)
    }
}

extension ReplyRoom {
    /// Has something that was said kept before anything that follows is told.
    mutating func remember(_ entry: MemoryEntry) {
        if let effect = persona.remember(entry) { effects.append(effect) }
    }
}

extension MemoryEntry {
    /// An item as it is kept; `nil` for those that are not something said.
    init?(_ item: ConversationItem) {
        guard case .message(let role, let parts) = item.content, role != .system else { return nil }
        self.init(itemID: item.id, speaker: role == .user ? .user : .assistant, text: Prompt.text(of: parts))
    }
}
