import JSON

/// What a character knows and says only when the talk comes to it.
public struct CharacterBook: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public enum Position: Sendable {
            case beforeCharacter
            case afterCharacter
        }

        public var keys: [String]
        public var secondaryKeys: [String]
        /// Without its decorators.
        public var content: String
        public var isEnabled: Bool
        /// In the prompt whatever is said.
        public var isConstant: Bool
        /// Whether one of the secondary keys has to be there too.
        public var isSelective: Bool
        public var isCaseSensitive: Bool
        /// Lower ones stand first.
        public var order: Double
        /// Lower ones go first when there is no room.
        public var priority: Double
        public var position: Position
    }

    /// Messages in which keys are looked for, the last ones.
    public var scanDepth: Int
    /// Tokens that entries may have together; `nil` where the card sets none.
    public var tokenBudget: Int?
    /// Whether entries are looked for in the content of others.
    public var isRecursive: Bool
    public var entries: [Entry]

    static let defaultScanDepth = 4
    private static let maximumScanDepth = 100

    init(_ fields: CardFields) throws(CardError) {
        func whole(_ name: String, in range: ClosedRange<Int>) throws(CardError) -> Int? {
            guard let number = try fields.number(name) else { return nil }
            // Some programs write numbers that mean "all" or "none".
            return Int(min(max(number, Double(range.lowerBound)), Double(range.upperBound)))
        }
        scanDepth = try whole("scan_depth", in: 0...Self.maximumScanDepth) ?? Self.defaultScanDepth
        tokenBudget = try whole("token_budget", in: 0...1_000_000)
        isRecursive = try fields.flag("recursive_scanning") ?? false
        entries = try Self.entries(fields)
    }

    private static func entries(_ fields: CardFields) throws(CardError) -> [Entry] {
        let list: [JSONValue]
        switch fields.members["entries"] {
        case nil, .null: list = []
        case .array(let elements): list = elements
        default: throw fields.wrong("entries", "a list")
        }

        guard list.count <= CharacterLimits.bookEntries else {
            throw fields.wrong("entries", "a list of at most \(CharacterLimits.bookEntries)")
        }
        var entries: [Entry] = []
        var keys = 0
        for (index, value) in list.enumerated() {
            guard case .object(let members) = value else { throw fields.wrong("entries.\(index)", "an object") }
            let entry = try Entry(CardFields(members: members, path: fields.path + "entries.\(index)."))
            keys += entry.keys.count + entry.secondaryKeys.count
            entries.append(entry)
        }

        guard keys <= CharacterLimits.bookKeys else {
            throw fields.wrong("entries", "entries with at most \(CharacterLimits.bookKeys) keys together")
        }
        return entries
    }
}

extension CharacterBook.Entry {
    init(_ fields: CardFields) throws(CardError) {
        // A regular expression of a stranger may take any time, so that such keys never match.
        let isPattern = try fields.flag("use_regex") ?? false
        keys = isPattern ? [] : try fields.texts("keys")
        secondaryKeys = isPattern ? [] : try fields.texts("secondary_keys")
        isEnabled = try fields.flag("enabled") ?? true
        isSelective = try fields.flag("selective") ?? false
        isCaseSensitive = try fields.flag("case_sensitive") ?? false
        order = try fields.number("insertion_order") ?? 0
        priority = try fields.number("priority") ?? 0

        // Some programs write numbers here; only the two names of the specification mean anything.
        position = fields.members["position"] == "before_char" ? .beforeCharacter : .afterCharacter

        let decorated = DecoratedText(try fields.text("content"))
        content = decorated.text
        isConstant = try fields.flag("constant") ?? false
        if decorated.names.contains("activate") || decorated.names.contains("constant") { isConstant = true }
        if decorated.names.contains("dont_activate") { isEnabled = false }
    }
}

/// The content of an entry of the third version, which may begin with lines of decorators (`@@name value`).
///
/// Those that are not known here change nothing, and none goes into a prompt.
struct DecoratedText {
    var names: Set<String> = []
    var text: String

    init(_ content: String) {
        var rest = content[...]
        while rest.hasPrefix("@@") {
            let line = rest.prefix { !$0.isNewline }
            let name = line.drop { $0 == "@" }.prefix { !$0.isWhitespace }
            names.insert(String(name))
            rest = rest[line.endIndex...].dropFirst()
        }
        text = String(rest)
    }
}
