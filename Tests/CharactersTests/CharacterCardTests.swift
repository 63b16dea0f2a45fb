import Audio
import FoundationEssentials
import JSON
import Testing

@testable import Characters

struct CharacterCardTests {
    private static let odd = #"{ "z/deep" : [1.0, 1e2, "\u00e9\/"],"a":{"b" :null} }"#

    private func text(_ card: CharacterCard, _ version: CharacterCard.Version) -> String {
        String(decoding: card.text(as: version), as: UTF8.self)
    }

    @Test("Extensions, unknown members and numbers are written as they came, in both versions and after changes")
    func keepsBytes() throws {
        var card = try CharacterCard.sample(#""name":"Ada","extensions":\#(Self.odd),"later_field":\#(Self.odd)"#)
        try card.change([("description", Array(#""Counts.""#.utf8))])
        for version in CharacterCard.Version.allCases {
            let text = text(card, version)
            #expect(text.contains(#""extensions":\#(Self.odd)"#))
            #expect(text.contains(#""later_field":\#(Self.odd)"#))
            let again = try CharacterCard(parsing: Array(text.utf8))
            #expect(again.description == "Counts.")
            #expect(again.version == version)
            #expect(self.text(again, version) == text)
        }
        #expect(text(card, .v3).contains(#""group_only_greetings":[]"#))
        #expect(text(card, .v3).contains(#""spec":"chara_card_v3","spec_version":"3.0""#))
    }

    @Test("A card of the first version becomes a whole one of the second")
    func firstVersion() throws {
        let card = try CharacterCard(parsing: Array(#"{"name":"Ada","first_mes":"Hi","char_greeting":7}"#.utf8))
        #expect((card.name, card.firstMessage, card.version) == ("Ada", "Hi", .v2))
        let tree = try JSONValue(parsing: card.text(as: .v2).span)
        #expect(tree["data"]?["post_history_instructions"] == "")
        #expect(tree["data"]?["char_greeting"] == 7)
    }

    @Test(
        "What is not a card is refused with the name of the member",
        arguments: [
            (#"{"name":"A","tags":"x"}"#, CardError.field("tags", expected: "a list of texts")),
            (#"{"spec":"chara_card_v9","data":{"name":"A"}}"#, .unknownSpec("chara_card_v9")),
            (#"{"spec":"chara_card_v2"}"#, .field("data", expected: "an object")),
            (#"{"spec":"chara_card_v2","data":{"name":1}}"#, .field("data.name", expected: "a text")),
            (
                #"{"name":"A","character_book":{"entries":[{"keys":7}]}}"#,
                .field("character_book.entries.0.keys", expected: "a list of texts")
            ),
            ("[]", .notJSON("it is not an object")),
        ]
    )
    func refuses(_ text: String, _ error: CardError) {
        #expect(throws: error) { try CharacterCard(parsing: Array(text.utf8)) }
    }

    @Test("A change that is refused changes nothing")
    func refusedChange() throws {
        var card = try CharacterCard.sample()
        let before = card
        #expect(throws: CardError.self) { try card.change([("name", Array("\"  \"".utf8))]) }
        #expect(card == before)
    }

    @Test("A picture gives the card of the third version where it has both, and cut pictures are refused")
    func picture() throws {
        func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
            let length = (0..<4).map { UInt8(truncatingIfNeeded: data.count >> (24 - 8 * $0)) }
            return length + Array(kind.utf8) + data + [0, 0, 0, 0]
        }
        func card(_ name: String, _ spec: String) -> [UInt8] {
            Array(Base64.encode(Array(#"{"spec":"\#(spec)","data":{"name":"\#(name)"}}"#.utf8)).utf8)
        }
        let old = chunk("tEXt", Array("chara\0".utf8) + card("Old", "chara_card_v2"))
        let new = chunk("tEXt", Array("ccv3\0".utf8) + card("New", "chara_card_v3"))
        let end = chunk("IEND", [])
        let start = PNGCard.signature + chunk("IHDR", [UInt8](repeating: 0, count: 13))
        #expect(try ImportedCard(start + old + end).card.name == "Old")
        #expect(try ImportedCard(start + old + new + end).card.name == "New")
        #expect(throws: CardError.noCardInPicture) { try ImportedCard(start + end) }
        for length in PNGCard.signature.count..<(start + old).count {
            #expect(throws: CardError.self) { try ImportedCard(Array((start + old).prefix(length))) }
        }
    }

    @Test("An archive that is cut off or changed anywhere gives its card or an error, and never ends the process")
    func archive() throws {
        let packed = try #require(Data(base64Encoded: Self.archiveText)).map(\.self)
        #expect(try ImportedCard(packed).card.name == "Zip")
        for length in 0..<packed.count {
            #expect(throws: CardError.self) { try ImportedCard(Array(packed.prefix(length))) }
        }
        for index in packed.indices {
            var changed = packed
            changed[index] ^= 0xFF
            _ = try? ImportedCard(changed)
        }
    }

    /// `card.json` in a ZIP archive, packed by deflate.
    private static let archiveText = """
        UEsDBBQAAAAAAAAAIQCDFtyMAQAAAAEAAAAKAAAAcmVhZG1lLnR4dHhQSwMEFAAAAAgAAAAhABSUmF9OAAAAJAEAAAkAAABjYXJk\
        Lmpzb26rViouSE1WslJQSs5ILEqMT04sSokvM1bSUQBLxJelFhVn5ueBFBjrGYCEUxJLEoHcaqW8xNxUkHhUZgFYPLU4uSizoASq\
        OnGYAKXaWgBQSwECFAMUAAAAAAAAACEAgxbcjAEAAAABAAAACgAAAAAAAAAAAAAAgAEAAAAAcmVhZG1lLnR4dFBLAQIUAxQAAAAI\
        AAAAIQAUlJhfTgAAACQBAAAJAAAAAAAAAAAAAACAASkAAABjYXJkLmpzb25QSwUGAAAAAAIAAgBvAAAAngAAAAAA
        """
}
