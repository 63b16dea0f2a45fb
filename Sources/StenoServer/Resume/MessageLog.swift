import DequeModule
import Dialects
import Limits

/// What a session has sent last, kept for a client that comes back and has not got all of it.
///
/// Messages are numbered from 1 on, over all connections of the session. What is kept is bounded: the oldest goes first.
struct MessageLog {
    /// Bytes that are kept of one session, at most: about ten utterances with their audio.
    static let limit = 4 << 20

    /// Messages that the session has sent, or would have if a client had been there.
    private(set) var count = 0
    private var kept = Deque<OutgoingMessage>()
    private var size = 0
    private let share: MemoryBudget.Share

    /// - Parameter memory: What the kept messages count against.
    init(memory: MemoryBudget) { share = memory.makeShare() }

    /// Keeps a message, and as many before it as there is room for.
    mutating func add(_ message: OutgoingMessage) {
        count += 1
        while size + message.size > Self.limit, dropOldest() {}
        while !share.grow(by: message.size) {
            guard dropOldest() else { return }
        }
        kept.append(message)
        size += message.size
    }

    /// What a client that has got `received` messages has missed.
    ///
    /// - Returns: The messages in their order, and how many before them are not kept any more.
    func missed(after received: Int) -> (messages: [OutgoingMessage], lost: Int) {
        let missing = max(count - received, 0)
        let messages = kept.suffix(missing)
        return (Array(messages), missing - messages.count)
    }

    private mutating func dropOldest() -> Bool {
        guard let message = kept.popFirst() else { return false }
        size -= message.size
        share.shrink(by: message.size)
        return true
    }
}

extension OutgoingMessage {
    /// What a kept message takes beside its bytes.
    private static let overhead = 64

    fileprivate var size: Int {
        switch self {
        case .text(let bytes), .binary(let bytes): bytes.count + Self.overhead
        case .close(_, let reason): reason.utf8.count + Self.overhead
        }
    }
}
