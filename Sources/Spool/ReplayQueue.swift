import DequeModule

/// Which of the utterances that wait on disk are handed to the engine, and when.
///
/// Rules only: it is told what happens and when, and says what is to be done. They go out in the order in which they were
/// recorded: one at a time while no backend is well, which shows when one is well again, and several at a time after that.
struct ReplayQueue {
    struct Entry: Equatable, Sendable {
        var item: String
        var session: String
        /// Its number among all that were recorded.
        var number: Int64
        /// Milliseconds since 1970.
        var recorded: Int
        /// How often an engine has failed on it that was well.
        var failures = 0
    }

    /// The most at once, so that new utterances find places.
    static let widest = 8
    /// An utterance on which engines that are well fail this often is given up.
    static let maximumFailures = 3
    static let firstPause = Duration.milliseconds(500)
    static let longestPause = Duration.seconds(10)

    private var waiting = Deque<Entry>()
    private var running: [String: Entry] = [:]
    private var pause = Self.firstPause
    private var notBefore = Duration.zero
    private var width = 1

    /// Those that wait or are being replayed.
    var count: Int { waiting.count + running.count }
    /// When the oldest was recorded.
    var oldest: Int? { (waiting.map(\.recorded) + running.values.map(\.recorded)).min() }

    /// Adds one at its place: what was recorded before it is replayed before it.
    mutating func add(_ entry: Entry) {
        let later = waiting.lastIndex { $0.number < entry.number }
        waiting.insert(entry, at: later.map { $0 + 1 } ?? 0)
    }

    /// What is to be replayed now.
    ///
    /// - Parameter isWell: Whether a backend is known to be well.
    mutating func next(at now: Duration, isWell: Bool) -> Entry? {
        if !isWell { width = 1 }
        guard running.count < width, now >= notBefore, let entry = waiting.popFirst() else { return nil }
        running[entry.item] = entry
        return entry
    }

    /// A replayed utterance is settled, or is none any more.
    mutating func settled(_ item: String) {
        guard running.removeValue(forKey: item) != nil else { return }
        (pause, notBefore) = (Self.firstPause, .zero)
        width = min(2 * width, Self.widest)
    }

    /// A replayed utterance found no backend that could serve.
    ///
    /// - Returns: False when it is to be given up, as backends that were well have failed on it too often.
    mutating func failed(_ item: String, at now: Duration, isWell: Bool) -> Bool {
        guard var entry = running.removeValue(forKey: item) else { return true }
        width = 1
        if isWell { entry.failures += 1 }
        guard entry.failures < Self.maximumFailures else { return false }
        notBefore = now + pause
        pause = min(pause * 2, Self.longestPause)
        add(entry)
        return true
    }

    /// Takes out those that were recorded before a time, as nobody has use for their transcripts any more.
    mutating func removeExpired(before time: Int) -> [Entry] {
        var expired: [Entry] = []
        while let first = waiting.first, first.recorded < time {
            expired.append(first)
            waiting.removeFirst()
        }
        return expired
    }
}
