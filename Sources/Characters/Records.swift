public import JSON

/// A character: a card, and how it speaks.
public struct CharacterRecord: Equatable, Sendable {
    public var id: String
    public var card: CharacterCard
    /// A name of the speech engine's; `nil` leaves it to the server.
    public var voice: String?
    /// Whether it comes with the server.
    public var isReadOnly: Bool
    /// Counts up with every change.
    public var version: Int
    /// Milliseconds since 1970.
    public var created: Int
    public var updated: Int
}

/// A character as a list shows it.
public struct CharacterSummary: Equatable, Sendable {
    public var id: String
    public var name: String
    /// The members of its card that clients are shown, with long texts cut.
    public var shown: [String: JSONValue]
    public var voice: String?
    public var isReadOnly: Bool
    /// Milliseconds since 1970.
    public var created: Int
    public var updated: Int
}

/// A character that has met somebody: the same personality with a memory of its own.
public struct CharacterInstance: Equatable, Sendable {
    public var id: String
    public var character: String
    /// Unique among those of its owner, whatever the case of its letters.
    public var name: String
    /// Written by the user; nothing else changes it.
    public var pinned: String
    /// Written by the language model: what was said before the messages that go into the prompt.
    public var summary: String
    /// Sequence number of the last message that the summary covers.
    public var summaryUpTo: Int
    /// Counts up with every change of summary and facts, and whenever something is forgotten.
    public var memoryVersion: Int
    /// What the character calls the user.
    public var userName: String?
    public var voice: String?
    /// Days that messages are kept; `nil` leaves it to the server, and 0 stores none.
    public var retentionDays: Int?
    public var version: Int
    /// Milliseconds since 1970.
    public var created: Int
    public var updated: Int
}

/// What somebody said.
public struct CharacterMessage: Equatable, Sendable {
    public enum Role: String, CaseIterable, Sendable {
        case user
        case assistant
        case tool
    }

    public var id: String
    /// Its place among all messages.
    public var sequence: Int
    public var role: Role
    public var text: String
    /// What of a spoken answer was heard, where that is not all of it.
    public var heardText: String?
    /// The item of a realtime conversation.
    public var itemID: String?
    /// The session in which it was said.
    public var session: String?
    /// A call or its output, as JSON.
    public var tool: String?
    /// Milliseconds since 1970.
    public var created: Int

    /// What both sides know to have been said.
    public var known: String { heardText ?? text }
}

/// A message that is yet to be stored; zero characters, at which a text of the database would end, are left out.
public struct NewMessage: Equatable, Sendable {
    public var role: CharacterMessage.Role
    public var text: String
    public var heardText: String?
    public var itemID: String?
    public var session: String?
    public var tool: String?

    public init(
        _ role: CharacterMessage.Role,
        _ text: String,
        heardText: String? = nil,
        itemID: String? = nil,
        session: String? = nil,
        tool: String? = nil
    ) {
        self.role = role
        self.text = text.withoutZeros
        self.heardText = heardText?.withoutZeros
        self.itemID = itemID
        self.session = session
        self.tool = tool
    }
}

/// A short line that an instance knows about its user.
public struct CharacterFact: Equatable, Sendable {
    public enum Author: String, Sendable {
        case user
        case model
    }

    public var id: String
    public var text: String
    public var author: Author
    /// The message that it came from, as far as known; it may be gone.
    public var source: String?
    /// 0 to 1, where the model said how sure it is.
    public var confidence: Double?
    /// Milliseconds since 1970.
    public var created: Int
    /// When it was last written or confirmed.
    public var used: Int
}

/// Which part of a list is wanted.
public struct PageRequest: Equatable, Sendable {
    public static let limits = 1...100

    /// The id of the last one that the client has.
    public var after: String?
    public var limit: Int
    public var newestFirst: Bool

    public init(after: String? = nil, limit: Int = 20, newestFirst: Bool = false) {
        self.after = after
        self.limit = limit
        self.newestFirst = newestFirst
    }
}

/// A part of a list.
public struct Page<Element: Sendable>: Sendable {
    public var elements: [Element]
    /// Whether more follow.
    public var hasMore: Bool
}

extension String {
    /// Whether it has a zero character, at which a text of the database would end.
    var hasZero: Bool { utf8.contains(0) }

    /// Its beginning, of at most so many bytes of UTF-8, cut between characters of Unicode.
    func prefix(utf8Count limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }

    var withoutZeros: String { hasZero ? String(decoding: utf8.filter { $0 != 0 }, as: UTF8.self) : self }
}
