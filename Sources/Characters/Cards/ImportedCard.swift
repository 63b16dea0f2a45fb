/// A character as a client sends it.
///
/// A card of any version as JSON, or as a file that has one in it: PNG or CHARX. What it is, its first bytes tell. JSON may
/// have the member `voice` beside those of the card.
public struct ImportedCard: Equatable, Sendable {
    public var card: CharacterCard
    public var voice: String?

    public init(_ bytes: [UInt8]) throws(CardError) {
        var outer = try CharacterCard.members(of: try Self.json(in: bytes))
        voice = try CharacterCard.voice(outer["voice"])
        outer["voice"] = nil
        card = try CharacterCard(parsing: outer.text)
    }

    private static func json(in bytes: [UInt8]) throws(CardError) -> [UInt8] {
        if bytes.starts(with: PNGCard.signature) { return try PNGCard.card(in: bytes) }
        if bytes.starts(with: CHARXCard.signature) { return try CHARXCard.card(in: bytes) }
        return bytes
    }
}

/// What a client wants to change of a character: members of its card, and its voice.
public struct CardChange: Equatable, Sendable {
    private struct Member: Equatable {
        var name: String
        /// `nil` takes the member away.
        var json: [UInt8]?
    }

    private var members: [Member] = []
    private var voice: String??

    private static let names: Set<String> = [
        "name", "nickname", "description", "personality", "scenario", "first_mes", "mes_example", "creator_notes",
        "system_prompt", "post_history_instructions", "alternate_greetings", "tags", "creator", "character_version",
        "character_book", "extensions",
    ]

    public init(_ body: [UInt8]) throws(CardError) {
        for member in try CharacterCard.members(of: body).members {
            if member.name == "voice" {
                voice = .some(try CharacterCard.voice(member.text))
                continue
            }
            guard Self.names.contains(member.name) else {
                let known = (Self.names.union(["voice"])).sorted().joined(separator: ", ")
                throw .field(String(member.name.prefix(50)), expected: "left out; what can be changed is \(known)")
            }
            let isNull = String(decoding: member.text, as: UTF8.self) == "null"
            members.append(Member(name: member.name, json: isNull ? nil : member.text))
        }
    }

    public func apply(to card: inout CharacterCard, _ voice: inout String?) throws(CardError) {
        try card.change(members.map { ($0.name, $0.json) })
        if let wanted = self.voice { voice = wanted }
    }
}
