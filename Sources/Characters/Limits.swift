/// What clients may have stored, and how long their texts may be; lengths are bytes of UTF-8.
public enum CharacterLimits {
    /// The JSON of a card.
    public static let card = 1 << 20
    /// A PNG or CHARX file around a card.
    public static let cardFile = 16 << 20
    public static let name = 128
    public static let pinned = 16 << 10
    public static let summary = 4 << 10
    public static let summaryWords = 200
    public static let message = 64 << 10
    public static let fact = 400
    public static let factsPerInstance = 50
    public static let charactersPerOwner = 500
    public static let instancesPerOwner = 10_000
    public static let messagesPerInstance = 10_000
    public static let retentionDays = 3_650
    /// Entries of a character book, and keys of all its entries.
    public static let bookEntries = 1_000
    public static let bookKeys = 4_000
    /// Bytes that a language model is told before the history, with names in the place of macros.
    public static let instructions = 64 << 10
    /// Messages that go into a prompt, and the bytes of all of them.
    public static let historyMessages = 100
    public static let historyBytes = 24 << 10
}
