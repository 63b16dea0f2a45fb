import JSON
import Sessions

extension JSONFields {
    /// The character that `character`, `instance` and `user` name; `nil` where no character is named.
    func character() throws(ClientError) -> CharacterChoice? {
        guard let name = try filled("character") else { return nil }
        return CharacterChoice(character: name, instance: try filled("instance"), user: try filled("user"))
    }

    /// A name that says something.
    func filled(_ name: String) throws(ClientError) -> String? {
        guard let text = try nullableString(name, maximum: Self.maximumName) ?? nil else { return nil }
        return text.isEmpty ? nil : text
    }
}
