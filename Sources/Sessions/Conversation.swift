import DequeModule

/// An utterance that a client may still ask for by its id.
public struct ConversationItem: Equatable, Sendable {
    public var id: String
    /// `nil` while it is being transcribed, and after that has failed.
    public var transcript: String?

    public init(id: String, transcript: String? = nil) {
        self.id = id
        self.transcript = transcript
    }
}

/// The last items of a session.
struct Conversation {
    private var items = Deque<ConversationItem>()
    private var lastID: String?
    private let limit: Int

    /// - Parameter limit: How many items are remembered; older ones are forgotten.
    init(limit: Int) { self.limit = limit }

    /// Adds an item; returns the id of the one before it.
    mutating func add(_ id: String) -> String? {
        defer { lastID = id }
        if limit > 0 {
            if items.count == limit { items.removeFirst() }
            items.append(ConversationItem(id: id))
        }
        return lastID
    }

    mutating func setTranscript(_ text: String, of id: String) {
        guard let index = items.lastIndex(where: { $0.id == id }) else { return }
        items[index].transcript = text
    }

    func item(_ id: String) -> ConversationItem? { items.last { $0.id == id } }

    /// Removes an item; false when there is none of this name.
    mutating func delete(_ id: String) -> Bool {
        guard let index = items.lastIndex(where: { $0.id == id }) else { return false }
        items.remove(at: index)
        if lastID == id { lastID = items.last?.id }
        return true
    }
}
