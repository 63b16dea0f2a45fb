import FoundationEssentials
import Testing

@testable import Characters

struct CharacterPromptTests {
    private static let now = Date(timeIntervalSince1970: 1_795_901_400)

    private func prompt(_ members: String, budget: Int = 16 << 10) throws -> CharacterPrompt {
        CharacterPrompt(card: try .sample(members), defaultSystemPrompt: "Be brief.", budget: budget)
    }

    @Test("What is stable stands in one order, and the notes of the creator nowhere")
    func order() throws {
        var instance = CharacterInstance(id: "i", character: "c")
        (instance.pinned, instance.summary, instance.userName) = ("PINNED", "SUMMARY", "Bea")
        let fact = MemoryDigest.Fact(text: "FACT", confidence: nil)
        let members = #"""
            "name":"Ada","nickname":"Addie","description":"DESCRIPTION of {{CHAR}}","creator_notes":"NOTES",
            "system_prompt":"SYSTEM {{original}}","mes_example":"EXAMPLE <bot>","post_history_instructions":"POST {{user}}",
            "character_book":{"entries":[
            {"keys":[],"content":"BEFORE","constant":true,"position":"before_char"},
            {"keys":[],"content":"AFTER <USER>","constant":true,"position":"after_char"},
            {"keys":["dragon"],"content":"DRAGON {{char}}"}]}
            """#
        let prompt = CharacterPrompt(
            card: try .sample(members),
            instance: instance,
            facts: [CharacterFact(fact, source: nil, now: 0)],
            defaultSystemPrompt: "DEFAULT"
        )
        let expected = [
            "SYSTEM DEFAULT", "Addie", "BEFORE", "DESCRIPTION of Addie", "AFTER Bea", "PINNED", "SUMMARY", "FACT",
            "EXAMPLE Addie",
        ]
        var rest = prompt.instructions[...]
        for text in expected {
            let place = try #require(rest.firstRange(of: text), "\(text) comes in its order")
            rest = rest[place.upperBound...]
        }
        #expect(!prompt.instructions.contains("NOTES"))
        #expect(!prompt.instructions.contains("DRAGON"))
        let after = prompt.afterHistory(["A dragon!"], now: Self.now)
        #expect(after == "DRAGON Addie\n\nPOST Bea\n\nIt is Saturday, 2026-11-28, 21:30 (UTC).")
    }

    @Test("The examples go first when there is no room")
    func tight() throws {
        let members = #""name":"Ada","description":"DESCRIPTION","mes_example":"EXAMPLE""#
        #expect(try prompt(members).instructions.contains("EXAMPLE"))
        let tight = try prompt(members, budget: 60).instructions
        #expect(!tight.contains("EXAMPLE"))
        #expect(tight.contains("DESCRIPTION"))
    }

    @Test(
        "Entries come by their keys, as words, in the last messages",
        arguments: [
            (#""keys":["cat"]"#, ["my Cat sleeps"], true),
            (#""keys":["cat"]"#, ["concatenate"], false),
            (#""keys":["Cat"],"case_sensitive":true"#, ["my cat"], false),
            (#""keys":["猫"]"#, ["私の猫です"], true),
            (#""keys":["cat"]"#, ["cat", "1", "2"], false),
            (#""keys":["cat"],"selective":true,"secondary_keys":["dog"]"#, ["a cat"], false),
            (#""keys":["cat"],"selective":true,"secondary_keys":["dog"]"#, ["a cat", "a dog"], true),
            (#""keys":["cat"],"enabled":false"#, ["a cat"], false),
            (#""keys":["c.t"],"use_regex":true"#, ["a c.t"], false),
            (#""keys":[""]"#, ["anything"], false),
        ] as [(String, [String], Bool)]
    )
    func keys(_ entry: String, _ talk: [String], _ isFound: Bool) throws {
        let book = #""character_book":{"scan_depth":2,"entries":[{\#(entry),"content":"@@depth 4\nFOUND"}]}"#
        let after = try prompt(#""name":"Ada",\#(book)"#).afterHistory(talk, now: Self.now)
        #expect(after.contains("FOUND") == isFound)
        #expect(!after.contains("@@"))
    }

    @Test("A key is found by itself behind longer words that hold it")
    func keyBehindLongerWords() throws {
        let book = #""character_book":{"entries":[{"keys":["art"],"content":"FOUND"}]}"#
        let prompt = try prompt(#""name":"Ada",\#(book)"#)
        let longer = String(repeating: "artist start, party. ", count: 80)
        #expect(prompt.afterHistory([longer + "Art!"], now: Self.now).contains("FOUND"))
        #expect(!prompt.afterHistory([longer], now: Self.now).contains("FOUND"))
        #expect(!prompt.afterHistory([String(repeating: "art", count: 5_000)], now: Self.now).contains("FOUND"))
    }

    @Test("However often names stand in a card, the instructions are bounded, and what is remembered is in them")
    func boundedInstructions() throws {
        let texts =
            #""description":"\#(String(repeating: "<bot>", count: 100_000))","personality":"\#(String(repeating: "{", count: 300_000))""#
        var instance = CharacterInstance(id: "i", character: "c")
        instance.pinned = "PINNED"
        let name = String(repeating: "é", count: 64)
        let prompt = CharacterPrompt(
            card: try .sample(#""name":"\#(name)",\#(texts)"#),
            instance: instance,
            defaultSystemPrompt: "Be brief."
        )
        #expect(prompt.instructions.utf8.count < CharacterLimits.instructions + 2_000)
        #expect(prompt.instructions.utf8.count > CharacterLimits.instructions / 2)
        #expect(prompt.instructions.contains("PINNED"))
        #expect(!prompt.instructions.contains("\u{FFFD}"))
    }

    @Test("The lowest priority goes out first when the budget is short, and what is left stands in its order")
    func budget() throws {
        let book = #"""
            "character_book":{"token_budget":3,"entries":[
            {"keys":["x"],"content":"AAAA","priority":1,"insertion_order":3},
            {"keys":["x"],"content":"BBBB","priority":0,"insertion_order":1},
            {"keys":["x"],"content":"CCCCCC","priority":2,"insertion_order":2}]}
            """#
        let after = try prompt(#""name":"Ada",\#(book)"#).afterHistory(["x"], now: Self.now)
        #expect(after.hasPrefix("CCCCCC\n\nAAAA\n\n"))
        #expect(!after.contains("BBBB"))
    }

    @Test("Entries bring others only where the book says so")
    func recursion() throws {
        let entries = #""entries":[{"keys":["x"],"content":"see y"},{"keys":["y"],"content":"DEEP"}]"#
        for isRecursive in [true, false] {
            let book = #""character_book":{"recursive_scanning":\#(isRecursive),\#(entries)}"#
            let after = try prompt(#""name":"Ada",\#(book)"#).afterHistory(["x"], now: Self.now)
            #expect(after.contains("DEEP") == isRecursive)
        }
    }
}
