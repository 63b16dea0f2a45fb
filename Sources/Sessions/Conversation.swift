import DequeModule
import Synchronization

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

/// The last items of a session, shared by the task that cuts utterances and the one that delivers transcripts.
final class Conversation: Sendable {
    private struct State {
        var items = Deque<ConversationItem>()
        var lastID: String?
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: How many items are remembered; older ones are forgotten.
    init(limit: Int) { self.limit = limit }

    /// Adds an item; returns the id of the one before it.
    func add(_ id: String) -> String? {
        state.withLock { state in
            defer { state.lastID = id }
            if limit > 0 {
                if state.items.count == limit { state.items.removeFirst() }
                state.items.append(ConversationItem(id: id))
            }
            return state.lastID
        }
    }

    func setTranscript(_ text: String, of id: String) {
        state.withLock { state in
            guard let index = state.items.lastIndex(where: { $0.id == id }) else { return }
            state.items[index].transcript = text
        }
    }

    func item(_ id: String) -> ConversationItem? {
        state.withLock { $0.items.last { $0.id == id } }
    }

    /// Removes an item; false when there is none of this name.
    func delete(_ id: String) -> Bool {
        state.withLock { state in
            guard let index = state.items.lastIndex(where: { $0.id == id }) else { return false }
            state.items.remove(at: index)
            if state.lastID == id { state.lastID = state.items.last?.id }
            return true
        }
    }
}
