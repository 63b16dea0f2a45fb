/// What is done with a conversation that has become too long for its language model.
public enum Truncation: Equatable, Sendable {
    /// The oldest items are left out, many at once so that it is seldom needed.
    case auto
    /// Nothing is left out: a response to a conversation that is too long fails.
    case disabled
    /// As `auto`, but this share of the limit is kept; the limit is in tokens, or the largest there is.
    case retention(ratio: Double, tokens: Int?)
}

extension Truncation {
    /// Bytes of text that count as a token, which only the model itself could count.
    static let bytesPerToken = 4

    /// What the items of a prompt may hold together, in bytes.
    var limit: Int {
        guard case .retention(_, let tokens?) = self else { return Conversation.maximumLength }
        return min(tokens * Self.bytesPerToken, Conversation.maximumLength)
    }

    /// How much of a limit is kept where items are left out.
    func kept(of limit: Int) -> Int {
        guard case .retention(let ratio, _) = self else { return limit * 3 / 4 }
        return Int(Double(limit) * ratio)
    }

    static let failure = Reply.Failure(
        code: "context_length_exceeded",
        message: """
            The conversation holds more than \(Conversation.maximumLength) bytes, and its truncation is disabled. Delete \
            items, or set truncation to 'auto'.
            """
    )
}

/// Where in a conversation a language model begins to read.
///
/// It stays where it is as long as it can: every time the beginning changes, the model reads everything anew.
struct PromptWindow {
    /// The first item that is read; `nil` while all are.
    private var firstID: String?

    /// The items that a model reads.
    ///
    /// What the user said last, and what came after it, is always among them.
    mutating func items(_ items: [ConversationItem], under truncation: Truncation) -> [ConversationItem] {
        var first = firstID.flatMap { id in items.firstIndex { $0.id == id } } ?? 0
        var length = items[first...].reduce(0) { $0 + $1.length }
        if length > truncation.limit {
            let last = items.lastIndex(where: \.isOfUser) ?? items.count - 1
            let kept = truncation.kept(of: truncation.limit)
            while first < last, length > kept {
                length -= items[first].length
                first += 1
            }
        }

        firstID = first > 0 ? items[first].id : nil
        return Array(items[first...])
    }
}

extension ConversationItem {
    fileprivate var isOfUser: Bool {
        if case .message(.user, _) = content { return true }
        return false
    }
}
