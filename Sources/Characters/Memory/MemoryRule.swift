/// Which messages go into the summary, and when.
enum MemoryRule {
    /// Messages that are not in the summary yet from which it is made anew.
    static let trigger = 20
    /// The newest of them, which stay as they were said.
    static let kept = 10
    /// Percentage of the bytes of a prompt's history from which the summary is made earlier.
    static let triggerPercentage = 70
    /// Bytes of the messages that one summary is made of; what is over waits for the next.
    static let maximumBytes = 32 << 10

    /// The messages to summarise, the oldest ones; none when it is not time yet.
    ///
    /// - Parameters:
    ///   - messages: Those that the summary does not cover, in their order.
    ///   - sessionEnded: Whether nobody needs their wording any more.
    static func due(_ messages: [CharacterMessage], sessionEnded: Bool) -> ArraySlice<CharacterMessage> {
        if sessionEnded { return messages.contains { $0.role == .user } ? fitting(messages[...]) : [] }
        let bytes = messages.reduce(0) { $0 + $1.known.utf8.count }
        let isLong = bytes * 100 >= CharacterLimits.historyBytes * triggerPercentage
        if messages.count >= trigger { return fitting(messages.dropLast(kept)) }
        return isLong ? fitting(messages.prefix((messages.count + 1) / 2)) : []
    }

    /// The oldest, at least one.
    private static func fitting(_ messages: ArraySlice<CharacterMessage>) -> ArraySlice<CharacterMessage> {
        var bytes = 0
        let end = messages.firstIndex { message in
            bytes += min(message.known.utf8.count, DigestPrompt.maximumMessage)
            return bytes > maximumBytes
        }
        return messages[..<(end ?? messages.endIndex)]
    }
}
