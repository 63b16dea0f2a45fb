public import JSON

extension CharacterCard {
    /// What a list shows of a text, in characters, and how many elements of a list.
    static let (shownText, shownElements) = (500, 20)

    /// What clients are shown of the card.
    public var shown: [String: JSONValue] {
        [
            "name": .string(name),
            "nickname": .string(nickname),
            "description": .string(description),
            "personality": .string(personality),
            "scenario": .string(scenario),
            "first_mes": .string(firstMessage),
            "mes_example": .string(exampleMessages),
            "system_prompt": .string(systemPrompt),
            "post_history_instructions": .string(postHistoryInstructions),
            "alternate_greetings": .array(alternateGreetings.map { .string($0) }),
            "creator_notes": .string(creatorNotes),
            "creator": .string(creator),
            "character_version": .string(characterVersion),
            "tags": .array(tags.map { .string($0) }),
            "book_entries": .integer(book?.entries.count ?? 0),
            "card_version": .string(version.rawValue),
        ]
    }

    /// The same as JSON, with long texts cut, so that a list need not read whole cards.
    var digest: String { String(decoding: JSONValue.object(shown.mapValues(\.shortened)).text, as: UTF8.self) }
}

extension JSONValue {
    fileprivate var shortened: JSONValue {
        switch self {
        case .string(let text) where text.unicodeScalars.count > CharacterCard.shownText:
            .string(String(String.UnicodeScalarView(text.unicodeScalars.prefix(CharacterCard.shownText - 1))) + "…")
        case .array(let elements): .array(elements.prefix(CharacterCard.shownElements).map(\.shortened))
        default: self
        }
    }
}
