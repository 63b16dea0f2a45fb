/// Whose characters and instances these are: those of one API key, or of everyone on a server without keys.
public struct CharacterOwner: Hashable, Sendable {
    /// What stands in the database.
    let id: String

    /// - Parameter keyName: The name of the API key; `nil` on an open server.
    public init(keyName: String?) { id = keyName.map { "key:" + $0 } ?? "open" }
}
