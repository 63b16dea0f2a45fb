/// Which character a session is to be, as a client asks for it.
public struct CharacterChoice: Equatable, Sendable {
    /// An id or a name.
    public var character: String
    /// An id or a name; `nil` for the instance that is called like the character.
    public var instance: String?
    /// What the character calls the user; `nil` leaves it to the instance.
    public var user: String?

    public init(character: String, instance: String? = nil, user: String? = nil) {
        self.character = character
        self.instance = instance
        self.user = user
    }
}

/// A character with what it remembers, as a session plays it.
public struct Persona: Sendable {
    /// Names the memory that the conversation is kept in.
    public var memoryID: String
    /// What the language model is told first; a client's own instructions follow it.
    public var instructions: String
    /// Said first by the assistant; `nil` where the user begins, or both have talked before.
    public var greeting: String?
    /// The voice unless the client names one; `nil` leaves it to the server.
    public var voice: String?
    /// What was said in earlier sessions, which is part of the prompt and not told to the client.
    public var history: [ConversationItem]
    /// What the language model is told right before the user's last words, given the texts of the whole conversation.
    public var note: @Sendable ([String]) -> String

    public init(
        memoryID: String,
        instructions: String,
        greeting: String? = nil,
        voice: String? = nil,
        history: [ConversationItem] = [],
        note: @escaping @Sendable ([String]) -> String = { _ in "" }
    ) {
        self.memoryID = memoryID
        self.instructions = instructions
        self.greeting = greeting
        self.voice = voice
        self.history = history
        self.note = note
    }
}

/// Something that was said, to be kept beyond the session.
public struct MemoryEntry: Equatable, Sendable {
    public enum Speaker: Equatable, Sendable {
        case user, assistant
    }

    /// The item of the conversation; an entry with the name of one that is kept takes its place.
    public var itemID: String
    public var speaker: Speaker
    public var text: String
    /// What of it was heard, where that is not all; an entry of which nothing was heard is not kept.
    public var heard: String?

    public init(itemID: String, speaker: Speaker, text: String, heard: String? = nil) {
        self.itemID = itemID
        self.speaker = speaker
        self.text = text
        self.heard = heard
    }
}

/// Where a session's characters come from, and where what is said with them is kept.
public protocol SessionMemory: Sendable {
    /// Finds a character; the error is one for the client.
    func recall(_ choice: CharacterChoice) async -> Result<Persona, ClientError>

    /// Keeps what was said. When it returns with success, it survives the end of the process.
    func remember(_ entries: [MemoryEntry], in memoryID: String) async -> Result<Void, ClientError>

    /// Says that the session is over.
    func sessionEnded() async
}
