import Glibc

/// Which entries of a book a talk has come to.
struct BookScan {
    /// Bytes of the talk in which keys are looked for: the last ones of the messages that count.
    private static let maximumText = 16 << 10
    /// Rounds in which the content of entries brings others.
    private static let maximumRounds = 3
    /// Bytes that count as a token.
    private static let bytesPerToken = 4

    private let book: CharacterBook

    init(_ book: CharacterBook) { self.book = book }

    /// The entries that are always in the prompt, without what the budget has no room for.
    var constant: [CharacterBook.Entry] {
        ordered(fitting(book.entries.filter { $0.isEnabled && $0.isConstant }, budget: budget))
    }

    /// The other entries that the last messages have brought.
    ///
    /// - Parameter messages: In their order; the last `scanDepth` of them count.
    func triggered(by messages: [String]) -> [CharacterBook.Entry] {
        let talk = messages.suffix(book.scanDepth).joined(separator: "\n")
        var text = ScannedText(String(decoding: talk.utf8.suffix(Self.maximumText), as: UTF8.self))
        var waiting = book.entries.filter { $0.isEnabled && !$0.isConstant }
        var found: [CharacterBook.Entry] = []
        for _ in 0..<(book.isRecursive ? Self.maximumRounds : 1) {
            var (hits, others): ([CharacterBook.Entry], [CharacterBook.Entry]) = ([], [])
            for entry in waiting {
                if entry.matches(&text) { hits.append(entry) } else { others.append(entry) }
            }
            if hits.isEmpty { break }
            waiting = others
            found += hits
            let contents = hits.map(\.content).joined(separator: "\n")
            text = ScannedText(String(decoding: contents.utf8.prefix(Self.maximumText), as: UTF8.self))
        }

        let taken = constant.reduce(0) { $0 + $1.content.utf8.count }
        return ordered(fitting(found, budget: budget.map { max($0 - taken, 0) }))
    }

    /// Bytes.
    private var budget: Int? { book.tokenBudget.map { $0 * Self.bytesPerToken } }

    /// Leaves out those of the lowest priority until the others have room.
    private func fitting(_ entries: [CharacterBook.Entry], budget: Int?) -> [CharacterBook.Entry] {
        guard let budget else { return entries }

        var left = budget
        let important = entries.enumerated().sorted { one, other in
            (-one.element.priority, one.offset) < (-other.element.priority, other.offset)
        }
        var kept: [CharacterBook.Entry] = []
        for (_, entry) in important {
            guard entry.content.utf8.count <= left else { break }
            left -= entry.content.utf8.count
            kept.append(entry)
        }

        return kept
    }

    private func ordered(_ entries: [CharacterBook.Entry]) -> [CharacterBook.Entry] {
        entries.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }.map(\.element)
    }
}

/// A text as keys are looked for in it.
///
/// Looking costs a time that is bounded by the lengths of the text and of all keys: a key is looked for once, however many
/// entries have it, and given up when it stands within longer words again and again.
struct ScannedText {
    /// Places where a key stands within a longer word, after which it is taken not to stand anywhere by itself.
    private static let maximumPartialHits = 256

    /// Both end with a zero, as C wants them, and have none before.
    private let asWritten: [UInt8]
    private let lowercase: [UInt8]
    /// What has been found out about keys, as they are looked for.
    private var known: [Bool: [[UInt8]: Bool]] = [:]

    init(_ text: String) {
        asWritten = Self.terminated(text)
        lowercase = Self.terminated(text.lowercased())
    }

    /// Whether a key stands in it as a word; letters beyond ASCII may be parts of words, as in scripts without spaces.
    mutating func has(_ key: String, isCaseSensitive: Bool) -> Bool {
        let key = Self.terminated(isCaseSensitive ? key : key.lowercased())
        if let answer = known[isCaseSensitive]?[key] { return answer }
        let answer = Self.stands(key, in: isCaseSensitive ? asWritten : lowercase)
        known[isCaseSensitive, default: [:]][key] = answer
        return answer
    }

    private static func stands(_ key: [UInt8], in text: [UInt8]) -> Bool {
        guard key.count > 1 else { return false }

        let (first, last) = (key[0], key[key.count - 2])
        var start = 0
        for _ in 0..<maximumPartialHits {
            guard let place = find(key, in: text, from: start) else { return false }
            let end = place + key.count - 1
            let beginsWord = place == 0 || !(isLetter(first) && isLetter(text[place - 1]))
            // Behind the last letter stands the zero.
            let endsWord = !(isLetter(last) && isLetter(text[end]))
            if beginsWord, endsWord { return true }
            start = place + 1
            // A key that begins with a letter stands at the beginning of a word.
            if isLetter(first) { while start < text.count - 1, isLetter(text[start - 1]) { start += 1 } }
        }

        return false
    }

    private static func terminated(_ text: String) -> [UInt8] { text.utf8.filter { $0 != 0 } + [0] }

    /// The C library's search takes a time that grows with the lengths added, not multiplied.
    private static func find(_ key: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        text.withUnsafeBufferPointer { text -> Int? in
            guard let base = text.baseAddress else { return nil }
            return key.withUnsafeBufferPointer { key -> Int? in
                guard let key = key.baseAddress, let found = strstr(base + start, key) else { return nil }
                return UnsafeRawPointer(found) - UnsafeRawPointer(base)
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension CharacterBook.Entry {
    /// Whether one of its keys stands in the text, and one of the secondary keys where it needs one.
    func matches(_ text: inout ScannedText) -> Bool {
        func has(_ keys: [String]) -> Bool { keys.contains { text.has($0, isCaseSensitive: isCaseSensitive) } }
        return has(keys) && (!isSelective || secondaryKeys.isEmpty || has(secondaryKeys))
    }
}
