import JSON
import Sessions

/// How a client of this protocol names the character that it wants to talk with.
enum RealtimeCharacter {
    /// What stands before a character's name in that of a model, for clients that can set only a model.
    private static let modelPrefix = "character:"
    /// What the ids of prompts at OpenAI begin with, which name no character here.
    private static let promptPrefix = "pmpt_"

    /// Reads the `prompt` of a session: its id names a character, its variables an instance and a user.
    ///
    /// `.some(nil)` takes the character away.
    static func read(_ session: JSONFields) throws(ClientError) -> CharacterChoice?? {
        guard let value = session.values["prompt"] else { return nil }
        if value == .null { return .some(nil) }
        guard case .object = value, let prompt = try session.object("prompt") else { return nil }
        guard let id = try prompt.filled("id"), !id.hasPrefix(promptPrefix) else { return nil }
        let variables = try prompt.object("variables")
        return CharacterChoice(
            character: id,
            instance: try variables.flatMap { variables throws(ClientError) in
                try variable("instance", variables: variables)
            },
            user: try variables.flatMap { variables throws(ClientError) in try variable("user", variables: variables) }
        )
    }

    /// Reads the query of the address, where a character asks for a conversation.
    static func read(
        query: [String: String],
        model: String?,
        into update: inout SessionUpdate
    ) throws(ClientError) {
        var fields = JSONFields(values: query.mapValues { .string($0) })
        if query["character"]?.isEmpty != false, let model, model.hasPrefix(modelPrefix) {
            fields.values["character"] = .string(String(model.dropFirst(modelPrefix.count)))
        }
        guard let choice = try fields.character() else { return }
        update.answers = true
        update.assistant.character = .some(choice)
        update.assistant.prompt = .some(json(choice))
    }

    /// What a client that named it elsewhere is told as the session's prompt.
    private static func json(_ choice: CharacterChoice) -> String {
        var variables: [String: JSONValue] = [:]
        variables["instance"] = choice.instance.map { .string($0) }
        variables["user"] = choice.user.map { .string($0) }
        var prompt: [String: JSONValue] = ["id": .string(choice.character)]
        if !variables.isEmpty { prompt["variables"] = .object(variables) }
        return String(decoding: JSONValue.object(prompt).text, as: UTF8.self)
    }

    /// A variable: a string, or an object with a text as for the content of a message.
    private static func variable(_ name: String, variables: JSONFields) throws(ClientError) -> String? {
        guard case .object? = variables.values[name] else { return try variables.filled(name) }
        return try variables.object(name)?.filled("text")
    }
}
