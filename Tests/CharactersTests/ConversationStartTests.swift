import Testing

@testable import Characters

/// What a conversation starts from, given what was said before.
struct ConversationStartTests {
    @Test("A message that is longer than the history may be is known by its beginning, and nobody is greeted again")
    func longMessage() async throws {
        let (store, instance) = try await talk()
        let long = "My name is Bo. " + String(repeating: "é", count: CharacterLimits.historyBytes)
        try await store.append([NewMessage(.user, long), NewMessage(.assistant, long)], to: instance.id, owner: alice)
        let conversation = try await store.begin(instance: instance.id, systemPrompt: "", owner: alice)
        #expect(!conversation.isNew)
        #expect(conversation.history.map(\.role) == [.user, .assistant])
        for message in conversation.history {
            #expect(message.known.hasPrefix("My name is Bo. é") && long.hasPrefix(message.known))
        }
        #expect(conversation.history.reduce(0) { $0 + $1.known.utf8.count } <= CharacterLimits.historyBytes)
        let stored = try await store.messages(of: instance.id, PageRequest(), owner: alice)
        #expect(stored.elements.map(\.text) == [long, long])
    }

    @Test("Zero characters are refused in names and memory, and left out of what was heard")
    func zeros() async throws {
        let (store, instance) = try await talk()
        try await store.append([NewMessage(.user, "a\0b")], to: instance.id, owner: alice)
        #expect(try await store.messages(of: instance.id, PageRequest(), owner: alice).elements.map(\.text) == ["ab"])
        await #expect(throws: CharacterError.self) {
            try await store.createInstance(of: instance.character, InstanceChange(name: "x\0y"), owner: alice)
        }
        await #expect(throws: CharacterError.self) {
            try await store.begin(character: "Ada", instance: "\(instance.name)\0z", systemPrompt: "", owner: alice)
        }
        await #expect(throws: CharacterError.notFound(.character)) {
            try await store.begin(character: "Ada\0z", instance: instance.name, systemPrompt: "", owner: alice)
        }
        var change = InstanceChange()
        change.pinned = "a\0b"
        let wanted = change
        await #expect(throws: CharacterError.self) {
            try await store.changeInstance(instance.id, version: nil, wanted, owner: alice)
        }
        await #expect(throws: CharacterError.self) { try await store.addFact("a\0b", to: instance.id, owner: alice) }
    }
}
