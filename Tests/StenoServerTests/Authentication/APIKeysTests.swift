import Testing

@testable import StenoServer

@Suite("API keys")
struct APIKeysTests {
    @Test(
        "Reads keys with and without names",
        arguments: [
            ("0123abcd", ["key-1"], ["0123abcd"]),
            ("alice:0123abcd", ["alice"], ["0123abcd"]),
            ("0123abcd,bob:4567efgh, 89ABijkl ", ["key-1", "bob", "key-3"], ["0123abcd", "4567efgh", "89ABijkl"]),
            ("\ta.b-C_9:sk:with:colons\t", ["a.b-C_9"], ["sk:with:colons"]),
            ("ek_looks-like-a-secret", ["key-1"], ["ek_looks-like-a-secret"]),
            ("x:same-key-1,X:same-key-2", ["x", "X"], ["same-key-1", "same-key-2"]),
        ]
    )
    func reads(list: String, names: [String], secrets: [String]) throws {
        let keys = try APIKeys(parsing: list)
        #expect(keys.names == names)
        #expect(secrets.map { keys.name(of: $0) } == names)
    }

    @Test(
        "Refuses what cannot be a list of keys, and says in which entry",
        arguments: [
            ("", .emptyKey(position: 1)), ("   ", .emptyKey(position: 1)), (",", .emptyKey(position: 1)),
            ("0123abcd,", .emptyKey(position: 2)), ("0123abcd,,4567efgh", .emptyKey(position: 2)),
            ("alice:", .emptyKey(position: 1)), ("0123abcd,alice: ", .emptyKey(position: 2)),
            (":0123abcd", .badName(position: 1)), ("al ice:0123abcd", .badName(position: 1)),
            ("alice :0123abcd", .badName(position: 1)), ("älice:0123abcd", .badName(position: 1)),
            (String(repeating: "n", count: 65) + ":0123abcd", .badName(position: 1)),
            ("alice: 0123abcd", .badKey(position: 1)), ("0123 abcd", .badKey(position: 1)),
            ("0123\tabcd", .badKey(position: 1)), ("0123abcd\n", .badKey(position: 1)),
            ("a-key-with-ü", .badKey(position: 1)), ("alice:a\u{7F}0123abc", .badKey(position: 1)),
            ("0123abc", .shortKey(position: 1)), ("0123abcd,bob:7654321", .shortKey(position: 2)),
            ("a:0123abcd,a:4567efgh", .duplicateName(position: 2)),
            ("key-2:0123abcd,4567efgh", .duplicateName(position: 2)),
            ("a:0123abcd,b:0123abcd", .duplicateKey(position: 2)),
            ("0123abcd,4567efgh,0123abcd", .duplicateKey(position: 3)),
        ] as [(String, APIKeysError)]
    )
    func refuses(list: String, expected: APIKeysError) {
        #expect(throws: expected) { try APIKeys(parsing: list) }
        let sentence = expected.description
        #expect(sentence.count { $0.isNewline } == 0 && sentence.hasSuffix("."))
        #expect(!sentence.contains("0123abc") && !sentence.contains("4567efgh") && !sentence.contains("lice"))
    }

    @Test("Takes a name of 64 letters")
    func longestName() throws {
        let name = String(repeating: "n", count: 64)
        #expect(try APIKeys(parsing: name + ":0123abcd").names == [name])
    }

    @Test("Takes exactly the visible ASCII characters in a key", arguments: 0...0x180 as ClosedRange<UInt32>)
    func keyLetters(code: UInt32) throws {
        let letter = Character(try #require(Unicode.Scalar(code)))
        guard letter != "," else { return }
        let isGood = code > 0x20 && code < 0x7F
        #expect(((try? APIKeys(parsing: "n:0123\(letter)4567")) != nil) == isGood)
    }

    @Test("Takes exactly letters, digits, '-', '_' and '.' in a name", arguments: 0...0x180 as ClosedRange<UInt32>)
    func nameLetters(code: UInt32) throws {
        let letter = Character(try #require(Unicode.Scalar(code)))
        // A comma ends the entry before, and the rest is a key; a colon ends the name.
        guard letter != ",", letter != ":" else { return }
        let isGood = "\(letter)".wholeMatch(of: /[A-Za-z0-9._-]/) != nil
        #expect(((try? APIKeys(parsing: "a\(letter)b:01234567")) != nil) == isGood)
    }

    @Test("Opens for no other key", arguments: ["", "0123abc", "0123abcde", "0123abcD", " 0123abcd", "alice:0123abcd"])
    func wrong(key: String) throws {
        #expect(try APIKeys(parsing: "alice:0123abcd,4567efgh").name(of: key) == nil)
        #expect(APIKeys().name(of: key) == nil)
    }

    @Test(
        "Compares every entry, whichever one it is",
        arguments: ["first-key", "mid-a-key", "last-a-key", "other-key"]
    )
    func comparesAll(key: String) throws {
        let keys = try APIKeys(parsing: "a:first-key,b:mid-a-key,c:last-a-key")
        var comparisons = 0
        let name = keys.name(of: key) { a, b in
            comparisons += 1
            return a == b
        }
        #expect(comparisons == 3)
        #expect(name == keys.name(of: key))
    }

    @Test("Keeps no key in memory that could be printed")
    func noKeyInDumps() throws {
        var text = ""
        dump(try APIKeys(parsing: "alice:0123abcd"), to: &text)
        #expect(text.contains("alice") && !text.contains("0123abcd"))
    }
}
