public import Chat
public import FoundationEssentials
import GRDB

/// What a conversation with an instance starts from.
public struct CharacterConversation: Equatable, Sendable {
    public let character: CharacterRecord
    public let instance: CharacterInstance
    /// What the language model is told before and after the history.
    public let prompt: CharacterPrompt
    /// What was said lately and is not in the summary, in its order.
    public let history: [CharacterMessage]
    /// Whether nothing has been said or summarised yet: then `prompt.greeting` comes first.
    public let isNew: Bool

    /// The voice to speak with; `nil` leaves it to the server.
    public var voice: String? { instance.voice ?? character.voice }

    /// What the language model is asked for its answer to a text of the user's.
    ///
    /// What stands behind the history is a note ahead of the text, as a server that wants its one system message first
    /// would otherwise read the whole history again for it.
    public func messages(toAnswer text: String, now: Date) -> [ChatMessage] {
        let greeting = isNew ? prompt.greeting.map { [ChatMessage.assistant($0)] } : nil
        let past = history.compactMap { message -> ChatMessage? in
            switch message.role {
            case .user: .user(message.known)
            case .assistant: .assistant(message.known)
            case .tool: nil
            }
        }
        let note = prompt.afterHistory(history.map(\.known) + [text], now: now)
        return [.system(prompt.instructions)] + (greeting ?? []) + past + [.user("[\(note)]"), .user(text)]
    }
}

extension CharacterStore {
    /// Begins a conversation with an instance.
    ///
    /// - Parameter systemPrompt: What the model is told where the card has no system prompt.
    public func begin(
        instance id: String,
        systemPrompt: String,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterConversation {
        let parts = try await read { database in
            try Self.parts(try Self.instance(id, owner, in: database), owner: owner, in: database)
        }
        return CharacterConversation(parts, systemPrompt: systemPrompt)
    }

    /// Begins a conversation with a character, both by id or by name, whatever the case of the letters.
    ///
    /// Of characters with the same name the newest counts. An instance of that name is made where there is none.
    ///
    /// - Parameters:
    ///   - name: `nil` for the instance that is called as the character is here.
    ///   - userName: What the character calls the user in this conversation; `nil` for what the instance says.
    public func begin(
        character: String,
        instance name: String?,
        userName: String? = nil,
        systemPrompt: String,
        owner: CharacterOwner
    ) async throws(CharacterError) -> CharacterConversation {
        let (now, name) = (now, name ?? character)
        if character.hasZero { throw .notFound(.character) }
        if name.hasZero { throw .invalid(param: "name", expected: "a text without zero characters") }
        let parts = try await write { database in
            let character = try Self.findCharacter(character, owner: owner, in: database)
            let sql = "SELECT * FROM instances WHERE owner = ? AND (id = ? OR name_key = ?) ORDER BY id <> ? LIMIT 1"
            let arguments: StatementArguments = [owner.id, name, name.folded, name]
            if let row = try Row.fetchOne(database, sql: sql, arguments: arguments) {
                var instance = CharacterInstance(row: row)
                instance.userName = userName ?? instance.userName
                guard instance.character == character else { throw CharacterError.nameTaken(name) }
                return try Self.parts(instance, owner: owner, in: database)
            }
            var wish = InstanceChange()
            wish.name = name
            wish.userName = userName.map { .some($0) }
            let instance = try Self.createInstance(of: character, wish, owner, now: now, in: database)
            return try Self.parts(instance, owner: owner, in: database)
        }
        return CharacterConversation(parts, systemPrompt: systemPrompt)
    }

    private static func findCharacter(_ name: String, owner: CharacterOwner, in database: Database) throws -> String {
        let sql = """
            SELECT id FROM characters WHERE (owner = ? OR owner IS NULL) AND (id = ? OR name_key = ?)
            ORDER BY id <> ?, owner IS NULL, seq DESC LIMIT 1
            """
        let arguments: StatementArguments = [owner.id, name, name.folded, name]
        guard let id = try String.fetchOne(database, sql: sql, arguments: arguments) else {
            throw CharacterError.notFound(.character)
        }
        return id
    }

    /// What a conversation is made of; the prompt comes later, as others wait for the database meanwhile.
    fileprivate struct Parts {
        var character: CharacterRecord
        var instance: CharacterInstance
        var facts: [CharacterFact]
        var history: [CharacterMessage]
        var hasMessages: Bool
    }

    private static func parts(
        _ instance: CharacterInstance,
        owner: CharacterOwner,
        in database: Database
    ) throws -> Parts {
        let sql = "SELECT EXISTS (SELECT 1 FROM messages WHERE instance = ?)"
        return Parts(
            character: try character(instance.character, owner, in: database),
            instance: instance,
            facts: try facts(of: instance.id, in: database),
            history: try history(of: instance, in: database),
            hasMessages: try Bool.fetchOne(database, sql: sql, arguments: [instance.id]) ?? false
        )
    }
}

extension CharacterConversation {
    fileprivate init(_ parts: CharacterStore.Parts, systemPrompt: String) {
        character = parts.character
        instance = parts.instance
        prompt = CharacterPrompt(
            card: parts.character.card,
            instance: parts.instance,
            facts: parts.facts,
            defaultSystemPrompt: systemPrompt
        )
        history = parts.history
        isNew = !parts.hasMessages && parts.instance.summary.isEmpty
    }
}
