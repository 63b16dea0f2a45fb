import JSON

/// A character as a card: who it is, how it speaks, and what it knows.
///
/// Sources: Character Card V2 (`chara_card_v2`) and V3 (`chara_card_v3`); a card of the first version is an object of six
/// texts. Members that are not read here, `extensions` above all, are written again byte for byte.
public struct CharacterCard: Equatable, Sendable {
    /// How a card is written.
    public enum Version: String, CaseIterable, Sendable {
        case v2
        case v3

        var spec: String { "chara_card_\(rawValue)" }
        var number: String { self == .v2 ? "2.0" : "3.0" }
    }

    /// The version that it came in.
    public private(set) var version: Version
    public private(set) var name = ""
    public private(set) var description = ""
    public private(set) var personality = ""
    public private(set) var scenario = ""
    public private(set) var firstMessage = ""
    public private(set) var exampleMessages = ""
    public private(set) var creatorNotes = ""
    public private(set) var systemPrompt = ""
    public private(set) var postHistoryInstructions = ""
    public private(set) var alternateGreetings: [String] = []
    public private(set) var tags: [String] = []
    public private(set) var creator = ""
    public private(set) var characterVersion = ""
    public private(set) var nickname = ""
    public private(set) var book: CharacterBook?

    /// Members of the card itself but for `spec`, `spec_version` and `data`.
    private var rest: RawObject
    private var data: RawObject

    /// Reads a card of any version.
    public init(parsing text: [UInt8]) throws(CardError) {
        guard text.count <= CharacterLimits.card else { throw .tooLarge(limit: CharacterLimits.card) }

        var (outer, tree) = try Self.read(text)
        let spec = tree["spec"]
        guard spec != nil || tree["data"] != nil else {
            // The first version: the members of `data` alone.
            (version, data, rest) = (.v2, outer, RawObject())
            try update(path: "")
            return
        }

        let name = spec?.string ?? ""
        guard let version = Version.allCases.first(where: { $0.spec == name }) else { throw .unknownSpec(name) }
        guard let inner = outer["data"], case .object = tree["data"] else {
            throw .field("data", expected: "an object")
        }
        data = try Self.read(inner).raw
        self.version = version

        // Many programs repeat the texts beside `data` for readers of the first version; `data` alone counts.
        for name in ["spec", "spec_version", "data"] + Self.firstVersion { outer[name] = nil }
        rest = outer
        try update(path: "data.")
    }

    /// Changes members of `data`; each value is JSON, and `nil` takes a member away.
    ///
    /// - Throws: `CardError`, and then nothing has changed.
    public mutating func change(_ changes: [(name: String, json: [UInt8]?)]) throws(CardError) {
        var card = self
        for change in changes { card.data[change.name] = change.json }
        guard card.data.text.count <= CharacterLimits.card else { throw .tooLarge(limit: CharacterLimits.card) }
        try card.update(path: "")
        self = card
    }

    /// The JSON of one member of `data`.
    public func json(_ member: String) -> [UInt8]? { data[member] }

    /// The card as JSON.
    ///
    /// Members that the wanted version does not know are left in, as readers ignore them; those that it needs are added.
    public func text(as version: Version) -> [UInt8] {
        var data = data
        for (name, value) in Self.required(version) where data[name] == nil { data[name] = Array(value.utf8) }
        var card = RawObject()
        card["spec"] = JSONValue.string(version.spec).text
        card["spec_version"] = JSONValue.string(version.number).text
        card["data"] = data.text
        for member in rest.members { card[member.name] = member.text }
        return card.text
    }

    /// What stands in the database.
    var stored: [UInt8] { text(as: version) }

    private static let firstVersion = [
        "name", "description", "personality", "scenario", "first_mes", "mes_example",
    ]

    /// Members without which a card of that version is not whole, with what says nothing.
    private static func required(_ version: Version) -> [(String, String)] {
        let texts = firstVersion + ["creator_notes", "system_prompt", "post_history_instructions"]
        var members = texts.map { ($0, "\"\"") }
        members += [("alternate_greetings", "[]"), ("tags", "[]"), ("creator", "\"\""), ("character_version", "\"\"")]
        if version == .v3 { members.append(("group_only_greetings", "[]")) }
        return members + [("extensions", "{}")]
    }

    /// The members of an object, which is valid JSON throughout.
    static func members(of text: [UInt8]) throws(CardError) -> RawObject {
        guard text.count <= CharacterLimits.card else { throw .tooLarge(limit: CharacterLimits.card) }
        return try read(text).raw
    }

    /// The name of a voice, as JSON.
    static func voice(_ text: [UInt8]?) throws(CardError) -> String? {
        guard let text, let value = try? JSONValue(parsing: text.span), value != .null else { return nil }
        guard let name = value.string, name.utf8.count <= CharacterLimits.name else {
            throw .field("voice", expected: "the name of a voice, at most \(CharacterLimits.name) bytes, or null")
        }
        return name
    }

    private static func read(_ text: [UInt8]) throws(CardError) -> (raw: RawObject, tree: JSONValue) {
        do throws(JSONError) {
            return (try RawObject(parsing: text), try JSONValue(parsing: text.span))
        } catch {
            throw .notJSON("\(error)")
        }
    }

    /// Reads the members again from `data`.
    private mutating func update(path: String) throws(CardError) {
        let fields = CardFields(members: try Self.read(data.text).tree.members, path: path)
        name = try fields.text("name")
        guard name.contains(where: { !$0.isWhitespace }), name.utf8.count <= CharacterLimits.name else {
            throw fields.wrong("name", "a text of 1 to \(CharacterLimits.name) bytes that is not blank")
        }
        description = try fields.text("description")
        personality = try fields.text("personality")
        scenario = try fields.text("scenario")
        firstMessage = try fields.text("first_mes")
        exampleMessages = try fields.text("mes_example")
        creatorNotes = try fields.text("creator_notes")
        systemPrompt = try fields.text("system_prompt")
        postHistoryInstructions = try fields.text("post_history_instructions")
        alternateGreetings = try fields.texts("alternate_greetings")
        tags = try fields.texts("tags")
        creator = try fields.text("creator")
        characterVersion = try fields.text("character_version")
        nickname = try fields.text("nickname")
        guard nickname.utf8.count <= CharacterLimits.name else {
            throw fields.wrong("nickname", "a text of at most \(CharacterLimits.name) bytes")
        }
        if let extensions = fields.members["extensions"], extensions != .null {
            guard case .object = extensions else { throw fields.wrong("extensions", "an object") }
        }
        book = try fields.object("character_book").map { value throws(CardError) in
            try CharacterBook(CardFields(members: value, path: path + "character_book."))
        }
    }
}
