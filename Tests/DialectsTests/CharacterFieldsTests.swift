import Sessions
import Testing

@testable import Dialects

@Suite("How clients name the character that they want to talk with")
struct CharacterFieldsTests {
    private static let ada = CharacterChoice(character: "Ada", instance: "bea", user: "Bea")

    private static func openAI(_ query: [(String, String)]) throws -> SessionUpdate {
        try OpenAIRealtimeDialect.update(query: query.map { (name: $0.0, value: $0.1) })
    }

    private static func compact(_ query: [(String, String)]) throws -> SessionUpdate {
        var dialect = CompactDialect()
        return try dialect.update(query: query.map { (name: $0.0, value: $0.1) })
    }

    /// The update that a message asks for; `nil` when it is refused.
    private static func update(_ session: String, _ dialect: any Dialect) -> SessionUpdate? {
        var dialect = dialect
        var commands: [ClientCommand] = []
        let text = #"{"type":"session.update","session":"# + session + "}"
        dialect.decode(text: Array(text.utf8).span, into: &commands)
        guard case .update(let update)? = commands.first else { return nil }
        return update
    }

    private static func prompt(_ prompt: String) -> SessionUpdate? {
        update(#"{"prompt":"# + prompt + "}", OpenAIRealtimeDialect(shape: .ga))
    }

    @Test func theQueryNamesACharacterAndAsksForAConversation() throws {
        let query = [("character", "Ada"), ("instance", "bea"), ("user", "Bea")]
        for update in [try Self.openAI(query), try Self.compact(query)] {
            #expect(update.answers == true)
            #expect(update.assistant.character == .some(Self.ada))
        }
        #expect(try Self.openAI([("instance", "bea")]).assistant.character == nil)
        #expect(try Self.compact([("character", "")]).answers == nil)
        #expect(try Self.compact([("character", "Ada"), ("assistant", "false")]).answers == false)
        let long = String(repeating: "a", count: 1_000)
        #expect(throws: ClientError.self) { try Self.openAI([("character", long)]) }
        #expect(throws: ClientError.self) { try Self.compact([("character", "Ada"), ("instance", long)]) }
    }

    @Test func aModelNamesACharacter() throws {
        let update = try Self.openAI([("model", "character:Ada"), ("instance", "bea")])
        #expect(update.answers == true)
        #expect(update.assistant.character == .some(CharacterChoice(character: "Ada", instance: "bea")))
        #expect(update.assistant.prompt == .some(#"{"id":"Ada","variables":{"instance":"bea"}}"#))
        let both = try Self.openAI([("model", "character:Ada"), ("character", "Bob")])
        #expect(both.assistant.character == .some(CharacterChoice(character: "Bob")))
        #expect(try Self.openAI([("model", "character:")]).assistant.character == nil)
    }

    @Test(arguments: [
        (#"{"id":"Ada","variables":{"instance":"bea","user":"Bea"}}"#, ada),
        (#"{"id":"Ada","variables":{"instance":{"type":"input_text","text":"bea"},"user":"Bea","city":1}}"#, ada),
        (#"{"id":"Ada"}"#, CharacterChoice(character: "Ada")),
        (#"{"id":"Ada","variables":null,"version":"2"}"#, CharacterChoice(character: "Ada")),
    ])
    func aPromptNamesACharacter(prompt: String, expected: CharacterChoice) {
        #expect(Self.prompt(prompt)?.assistant.character == .some(expected))
    }

    @Test func aPromptOfOpenAIsNamesNone() {
        let update = Self.prompt(#"{"id":"pmpt_123"}"#)
        #expect(update?.assistant.prompt == .some(#"{"id":"pmpt_123"}"#))
        guard let update, case nil = update.assistant.character else {
            Issue.record("it names one")
            return
        }
    }

    @Test func nullTakesTheCharacterAway() {
        #expect(Self.prompt("null")?.assistant.character == .some(nil))
        let compact = Self.update(#"{"assistant":{"character":null}}"#, CompactDialect())
        #expect(compact?.assistant.character == .some(nil))
    }

    @Test func wrongTypesAreRefused() {
        for prompt in [#"{"id":1}"#, #"{"id":"Ada","variables":[]}"#, #"{"id":"Ada","variables":{"user":1}}"#] {
            #expect(Self.prompt(prompt) == nil)
        }
        for value in ["1", "[]", "{}"] {
            #expect(Self.update(#"{"assistant":{"character":"# + value + "}}", CompactDialect()) == nil)
        }
    }

    @Test func theCompactAssistantHasACharacter() {
        let session = #"{"assistant":{"character":"Ada","instance":"bea","user":"Bea"}}"#
        let update = Self.update(session, CompactDialect())
        #expect(update?.answers == true)
        #expect(update?.assistant.character == .some(Self.ada))
    }
}
