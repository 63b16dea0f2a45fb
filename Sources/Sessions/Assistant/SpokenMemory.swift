import Audio
import DequeModule

/// The last spoken messages, for as long as a client may say how much of them was heard.
struct SpokenMemory {
    /// What is left of a message that was cut.
    struct Cut {
        var item: ConversationItem
        /// How much counts as heard.
        var milliseconds: Int
        /// What was not heard.
        var rest: String
        /// The message as it is kept beyond the session.
        var entry: MemoryEntry
    }

    private struct Entry {
        var message: ReplyMessage
        /// Samples after which it was cut; `nil` while it may be played to its end.
        var end: Int?
        /// Whether a client has said so.
        var isTruncated = false
    }

    /// Messages whose audio is remembered.
    private static let maximum = 4
    /// Names that are remembered.
    private static let maximumNames = 512
    /// How far a client's playback may be ahead of the clock kept here: 300 ms.
    private static let tolerance = 300

    private var entries = Deque<Entry>()
    private var names = Deque<String>()

    /// How long the last message is still being played.
    var remaining: Duration {
        guard let last = entries.last, last.end == nil else { return .zero }
        return last.message.sender.remaining
    }

    /// The words that have been sent lately, for telling an echo.
    var recentText: String { entries.suffix(2).map { $0.message.ledger.told }.joined(separator: " ") }

    /// Whether an item of this name has been spoken.
    func isKnown(_ id: String) -> Bool { names.contains(id) }

    mutating func remember(_ message: ReplyMessage) {
        entries.append(Entry(message: message))
        if entries.count > Self.maximum { entries.removeFirst() }
        names.append(message.place.itemID)
        if names.count > Self.maximumNames { names.removeFirst() }
    }

    mutating func advance(to now: Duration) {
        for index in entries.indices where entries[index].end == nil { entries[index].message.play(until: now) }
    }

    /// Ends the playback of the last message where its clock stands.
    ///
    /// - Returns: What is left of it; `nil` when it had been heard whole, or ended before.
    mutating func cutOff() -> Cut? {
        guard let index = entries.indices.last, entries[index].end == nil, entries[index].message.isSpoken else {
            return nil
        }
        let message = entries[index].message
        let isHeardWhole = message.isComplete && message.sender.played >= message.sender.sent
        guard !isHeardWhole else { return nil }
        entries[index].end = message.sender.played
        return cut(entries[index].message, at: message.sender.played)
    }

    /// Takes a client's word for how much of a message was heard, within what can be; the smaller counts.
    ///
    /// - Returns: What is left of it; `nil` when its audio is not remembered.
    mutating func truncate(_ id: String, milliseconds: Int) -> Cut? {
        guard let index = entries.lastIndex(where: { $0.message.place.itemID == id }) else { return nil }
        let entry = entries[index]
        let rate = entry.message.ledger.rate
        let clock = min(entry.end ?? entry.message.sender.played, entry.message.sender.sent)
        let limit = entry.isTruncated ? clock : min(entry.message.sender.sent, clock + Self.tolerance * rate / 1_000)
        let heard = min(limit, max(0, min(milliseconds, 3_600_000)) * rate / 1_000)
        entries[index].end = heard
        entries[index].isTruncated = true
        return cut(entry.message, at: heard)
    }

    /// Whether a truncation may belong to the message before: a client that was interrupted by speech, and is slow to act
    /// on that, names the new one.
    static func isLateEcho(milliseconds: Int, of message: ReplyMessage) -> Bool {
        milliseconds < 100 && message.sender.played < tolerance * message.ledger.rate / 1_000
    }

    private func cut(_ message: ReplyMessage, at samples: Int) -> Cut {
        let text = message.ledger.text(heard: samples)
        return Cut(
            item: message.item(text, .incomplete),
            milliseconds: samples * 1_000 / message.ledger.rate,
            rest: String(message.text.dropFirst(text.count)),
            entry: message.entry(heard: text)
        )
    }
}
