public import Chat
import DequeModule

/// One entry of a conversation, which a client may ask for by its id.
public struct ConversationItem: Equatable, Sendable {
    public enum Role: String, CaseIterable, Sendable {
        case system, user, assistant
    }

    public enum Part: Equatable, Sendable {
        case text(String)
        /// Speech; of a user, `nil` while it is being transcribed and after that has failed.
        case audio(transcript: String?)

        /// Its words, as far as they are known.
        public var text: String {
            switch self {
            case .text(let text): text
            case .audio(let transcript): transcript ?? ""
            }
        }
    }

    public enum Content: Equatable, Sendable {
        case message(Role, [Part])
        /// A call of a function by the assistant.
        case call(ChatCall)
        /// What a call gave.
        case output(callID: String, String)
    }

    public enum Status: String, Sendable {
        case completed, incomplete
        case inProgress = "in_progress"
    }

    public var id: String
    public var content: Content
    public var status: Status

    public init(id: String, content: Content, status: Status = .completed) {
        self.id = id
        self.content = content
        self.status = status
    }

    /// An utterance.
    public init(id: String, transcript: String? = nil) {
        self.init(id: id, content: .message(.user, [.audio(transcript: transcript)]))
    }
}

extension ConversationItem {
    /// Which part of a user's message is speech without its words.
    var awaitedPart: Int? {
        guard case .message(.user, let parts) = content else { return nil }
        return parts.firstIndex(of: .audio(transcript: nil))
    }

    /// Gives the part that waits for its words what has become of it.
    mutating func setTranscript(_ text: String?) {
        guard case .message(let role, var parts) = content, let index = awaitedPart else { return }
        parts[index] = .audio(transcript: text)
        content = .message(role, parts)
    }

    /// In bytes, about.
    var length: Int {
        switch content {
        case .message(_, let parts): id.utf8.count + parts.reduce(0) { $0 + $1.length }
        case .call(let call): id.utf8.count + call.name.utf8.count + call.arguments.utf8.count
        case .output(_, let text): id.utf8.count + text.utf8.count
        }
    }
}

extension ConversationItem.Part {
    fileprivate var length: Int { text.utf8.count }
}

/// The items of a session in their order.
struct Conversation {
    /// Where a new item goes.
    enum Place: Equatable {
        case end
        case start
        case after(String)
    }

    /// What the items may hold together, in bytes; older ones are forgotten.
    ///
    /// Language models that people host themselves read less.
    static let maximumLength = 1 << 18

    private struct Entry {
        var item: ConversationItem
        /// Whether its transcript is still to come.
        var isAwaited = false
    }

    private var entries = Deque<Entry>()
    /// What the items hold, in bytes.
    private var length = 0
    private var lastID: String?
    /// How many items are remembered; older ones are forgotten.
    var limit: Int
    /// What is done when it is too long.
    var truncation = Truncation.auto {
        didSet { if truncation != oldValue { window = PromptWindow() } }
    }
    private var window = PromptWindow()

    init(limit: Int) { self.limit = limit }

    var items: [ConversationItem] { entries.map(\.item) }

    /// The items that a language model is told of; `nil` where they are too many and none may be left out.
    mutating func prompt() -> [ConversationItem]? {
        if truncation == .disabled, length > Self.maximumLength { return nil }
        return window.items(items, under: truncation)
    }

    /// Utterances whose transcripts are still to come.
    var awaited: Set<String> { Set(entries.lazy.filter(\.isAwaited).map(\.item.id)) }

    /// Whether a call since the user's last words has no output yet.
    var hasOpenCalls: Bool {
        var outputs: Set<String> = []
        for entry in entries.reversed() {
            switch entry.item.content {
            case .output(let callID, _): outputs.insert(callID)
            case .call(let call): if !outputs.contains(call.id) { return true }
            case .message(.user, _): return false
            case .message: continue
            }
        }
        return false
    }

    /// Whether a user has said anything.
    var hasUser: Bool {
        entries.contains { entry in
            if case .message(.user, _) = entry.item.content { true } else { false }
        }
    }

    func contains(_ id: String) -> Bool { index(of: id) != nil }

    func item(_ id: String) -> ConversationItem? { index(of: id).map { entries[$0].item } }

    /// What a context holds, in bytes; it may refer to an item any number of times.
    func length(of context: [ReplyRequest.Input]) -> Int {
        context.reduce(0) { length, entry in
            switch entry {
            case .item(let item): length + item.length
            case .reference(let id): length + (item(id)?.length ?? 0)
            }
        }
    }

    /// The id of the item before this one.
    func previousID(of id: String) -> String? {
        guard let index = index(of: id), index > 0 else { return nil }
        return entries[index - 1].item.id
    }

    /// Adds an utterance that is being transcribed; returns the id of the item before it.
    mutating func add(utterance id: String) -> String? {
        insert(Entry(item: ConversationItem(id: id), isAwaited: true), at: entries.count)
    }

    /// Adds an item.
    ///
    /// - Parameter isAwaited: Whether a part of it is being transcribed.
    /// - Returns: The id of the item before it.
    mutating func add(_ item: ConversationItem, at place: Place = .end, isAwaited: Bool = false) -> String? {
        let index =
            switch place {
            case .end: entries.count
            case .start: 0
            case .after(let id): index(of: id).map { $0 + 1 } ?? entries.count
            }
        return insert(Entry(item: item, isAwaited: isAwaited), at: index)
    }

    private mutating func insert(_ entry: Entry, at index: Int) -> String? {
        let isLast = index == entries.count
        var previous: String?
        if isLast {
            previous = lastID
            lastID = entry.item.id
        } else if index > 0 {
            previous = entries[index - 1].item.id
        }

        guard limit > 0 else { return previous }
        entries.insert(entry, at: index)
        length += entry.item.length
        forget()
        return previous
    }

    /// Forgets the oldest items where there are too many of them, or too much is in them; never the last one.
    private mutating func forget() {
        while entries.count > max(limit, 1) { forgetFirst() }
        // Where nothing may be left out, there is more, so that a response can fail and items be deleted.
        let maximum = truncation == .disabled ? 2 * Self.maximumLength : Self.maximumLength
        guard length > maximum else { return }
        // Many at once: every time the beginning changes, a language model reads everything anew.
        let kept = truncation.kept(of: maximum)
        while entries.count > 1, length > kept { forgetFirst() }
    }

    private mutating func forgetFirst() { length -= entries.removeFirst().item.length }

    /// Changes what an item holds.
    private mutating func change(_ index: Int, _ change: (inout ConversationItem) -> Void) {
        length -= entries[index].item.length
        change(&entries[index].item)
        length += entries[index].item.length
        forget()
    }

    /// Takes what became of an utterance; `nil` when it could not be transcribed.
    mutating func setTranscript(_ text: String?, of id: String) {
        guard let index = index(of: id) else { return }
        entries[index].isAwaited = false
        change(index) { $0.setTranscript(text) }
    }

    /// Puts an item in the place of the one with its id.
    mutating func replace(_ item: ConversationItem) {
        guard let index = index(of: item.id) else { return }
        change(index) { $0 = item }
    }

    /// Removes an item; false when there is none of this name.
    mutating func delete(_ id: String) -> Bool {
        guard let index = index(of: id) else { return false }
        length -= entries.remove(at: index).item.length
        if lastID == id { lastID = entries.last?.item.id }
        return true
    }

    private func index(of id: String) -> Int? { entries.lastIndex { $0.item.id == id } }
}
