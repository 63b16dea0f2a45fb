import Chat

extension Persona {
    /// What the language model is told of a conversation with this character.
    ///
    /// What changes from turn to turn stands as a note ahead of the user's last words, so that servers can keep what they
    /// have read of all that is before it.
    ///
    /// - Parameter followsHistory: Whether the items go on from what was said in earlier sessions.
    func messages(
        _ settings: AssistantSettings,
        about items: [ConversationItem],
        followsHistory: Bool
    ) -> [ChatMessage] {
        var instructions = instructions
        if settings.hasOwnInstructions, !settings.instructions.isEmpty {
            instructions += "\n\n" + settings.instructions
        }
        let items = followsHistory ? history + items : items
        var messages = Prompt.messages(instructions: instructions, items: items)
        guard followsHistory else { return messages }
        let note = note(items.compactMap { MemoryEntry($0)?.text }.filter { !$0.isEmpty })

        // It is about the user's last words, and no words of its own.
        let place = messages.lastIndex { if case .user = $0 { true } else { false } }
        guard let place, !note.isEmpty else { return messages }
        messages.insert(.user("[\(note)]"), at: place)
        return messages
    }
}
