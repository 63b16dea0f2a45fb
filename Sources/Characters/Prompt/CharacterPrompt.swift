public import FoundationEssentials

/// What a language model is told of a character: a pure function of the card and of what is remembered.
///
/// What stands before the history is the same for a whole session, so that servers can keep what they have read of it;
/// what changes from turn to turn stands behind the history.
public struct CharacterPrompt: Equatable, Sendable {
    /// For the system message: system prompt, character, constant entries of the book, memory.
    ///
    /// Of a card's texts there are at most `CharacterLimits.instructions` bytes; memory comes whole.
    public let instructions: String
    /// Said first by the character; `nil` where the user begins.
    public let greeting: String?
    private let book: CharacterBook?
    private let postHistory: String
    private let macros: Macros

    /// Bytes of the instructions from which the examples are left out.
    public static let defaultBudget = 16 << 10

    /// - Parameters:
    ///   - instance: What is remembered, and what the user is called; `nil` for a character that has met nobody.
    ///   - facts: In their order in the prompt.
    ///   - defaultSystemPrompt: What the model is told where the card has no system prompt.
    ///   - budget: Bytes of the instructions from which the card's examples are left out.
    public init(
        card: CharacterCard,
        instance: CharacterInstance? = nil,
        facts: [CharacterFact] = [],
        defaultSystemPrompt: String,
        budget: Int = CharacterPrompt.defaultBudget
    ) {
        let userName = instance?.userName ?? ""
        let macros = Macros(
            character: card.nickname.isBlank ? card.name : card.nickname,
            user: userName.isBlank ? "User" : userName
        )
        let sections = Self.sections(
            card,
            instance: instance,
            facts: facts,
            defaultSystemPrompt: defaultSystemPrompt,
            macros: macros
        )
        let whole = Self.joined(sections + [Self.examples(card, macros: macros)])

        // An order that stays the same with and without the examples keeps what stands before them.
        instructions = whole.utf8.count <= budget ? whole : Self.joined(sections)
        let first = macros.replace(in: card.firstMessage)
        greeting = first.isBlank ? nil : first
        postHistory = macros.replace(in: card.postHistoryInstructions, original: "")
        book = card.book
        self.macros = macros
    }

    /// What goes behind the history: entries of the book that it has come to, the card's last word, and the time.
    ///
    /// - Parameters:
    ///   - history: What was said, in its order, with what is to be answered last.
    ///   - now: What the clock says.
    public func afterHistory(_ history: [String], now: Date) -> String {
        let triggered = book.map { BookScan($0).triggered(by: history) } ?? []
        let clock = "It is \(Self.clock(now)) (UTC)."
        var budget = CharacterLimits.instructions
        let entries = triggered.map { macros.replace(in: $0.content, within: &budget) }
        return Self.joined(entries + [postHistory, clock])
    }

    private static func sections(
        _ card: CharacterCard,
        instance: CharacterInstance?,
        facts: [CharacterFact],
        defaultSystemPrompt: String,
        macros: Macros
    ) -> [String] {
        let constant = card.book.map { BookScan($0).constant } ?? []
        var budget = CharacterLimits.instructions
        func told(_ text: String) -> String { macros.replace(in: text, within: &budget) }
        func entries(_ position: CharacterBook.Entry.Position) -> [String] {
            constant.filter { $0.position == position }.map { told($0.content) }
        }
        func titled(_ title: String, _ text: String) -> String { text.isBlank ? "" : "\(title):\n\(text)" }
        let systemPrompt =
            card.systemPrompt.isBlank
            ? defaultSystemPrompt
            : macros.replace(in: card.systemPrompt, original: defaultSystemPrompt, within: &budget)
        var sections = [systemPrompt, "You are \(macros.character). You talk with \(macros.user)."]
        sections += entries(.beforeCharacter)
        sections += [
            titled("About \(macros.character)", told(card.description)),
            titled("Personality", told(card.personality)),
            titled("Scenario", told(card.scenario)),
        ]
        sections += entries(.afterCharacter)
        sections += [
            titled("What \(macros.user) wants you to remember", instance?.pinned ?? ""),
            titled("Summary of earlier conversation", instance?.summary ?? ""),
            titled("What you know about \(macros.user)", facts.map { "- \($0.text)" }.joined(separator: "\n")),
        ]
        return sections
    }

    private static func examples(_ card: CharacterCard, macros: Macros) -> String {
        card.exampleMessages.isBlank
            ? "" : "How \(macros.character) talks:\n\(macros.replace(in: card.exampleMessages))"
    }

    private static func joined(_ sections: [String]) -> String {
        sections.filter { !$0.isBlank }.joined(separator: "\n\n")
    }

    /// Date, day of the week and minute; minutes are enough to talk about.
    private static func clock(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        let day = days[((parts.weekday ?? 1) - 1) % days.count]
        func two(_ value: Int?) -> String {
            let digits = "\(value ?? 0)"
            return digits.count < 2 ? "0" + digits : digits
        }

        let date = "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))"
        return "\(day), \(date), \(two(parts.hour)):\(two(parts.minute))"
    }
}

extension StringProtocol {
    /// Whether nothing can be read in it.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
