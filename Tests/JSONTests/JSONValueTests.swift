import JSON
import Testing

@Suite("JSON values")
struct JSONValueTests {
    static func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: Array(text.utf8).span) }

    @Test(
        "Reads every kind of value",
        arguments: [
            (" null ", nil), ("true", .bool(true)), ("false", .bool(false)), (#""""#, ""), ("[]", []), ("{}", [:]),
            ("[1,[2],{}]", [1, [2], [:]]),
            (#"{"a":{"b":[null]},"c":"d"}"#, ["a": ["b": [nil]], "c": "d"]),
            (#"{"a":1,"a":2}"#, ["a": 2]),
            ("\t[ 1 ,\r\n2 ] ", [1, 2]),
        ] as [(String, JSONValue)]
    )
    func values(text: String, value: JSONValue) throws {
        #expect(try Self.parse(text) == value)
    }

    @Test(
        "Reads numbers as the nearest double",
        arguments: [
            "0", "-0", "7", "-12", "0.1", "3.14159", "1e3", "1E-3", "-2.5e+2", "9007199254740993",
            "123456789012345678901",
            "0.30000000000000004", "1e308", "4.9e-324", "0.000000000000000000000000001", "562949953421312.5",
        ]
    )
    func numbers(text: String) throws {
        #expect(try Self.parse(text) == .number(try #require(Double(text))))
    }

    @Test(
        "Reads strings with and without escapes",
        arguments: [
            (#""plain text of some length""#, "plain text of some length"),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u00e9 \u20AC \uD83C\uDF99!""#, "é € 🎙!"),
            (#""häl\u0000lo""#, "häl\u{0}lo"),
        ]
    )
    func strings(text: String, value: String) throws {
        #expect(try Self.parse(text) == .string(value))
    }

    @Test("Finds the end, an escape and a control character of a string wherever they stand", arguments: 0...50)
    func places(before: Int) throws {
        for letter in ["a", "é", "~", " ", "\u{7F}"] {
            let plain = String(repeating: letter, count: before)
            #expect(try Self.parse("\"\(plain)\"") == .string(plain))
            for after in 0...17 {
                let rest = String(repeating: letter, count: after)
                #expect(try Self.parse("\"\(plain)\\n\(rest)\"") == .string("\(plain)\n\(rest)"))
                #expect(throws: JSONError.self) { try Self.parse("\"\(plain)\"\(rest)\"") }
                #expect(throws: JSONError.self) { try Self.parse("\"\(plain)\u{1F}\(rest)\"") }
            }
        }
    }

    @Test(
        "Refuses what is not JSON, and says where",
        arguments: [
            ("", 0), (" ", 1), ("nul", 0), ("nulll", 4), ("01", 2), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0),
            ("-", 1),
            ("[1,]", 3), ("[1 2]", 3), ("{1:2}", 1), (#"{"a"}"#, 4), (#"{"a":1,}"#, 7), ("[", 1), (#""a"#, 2),
            ("\"a\nb\"", 2), (#""\x""#, 1), (#""\u12G4""#, 1), (#""\uD83C""#, 7), (#""\uDF99""#, 7), ("{} {}", 3),
            ("1e999", 0), ("'a'", 0), ("NaN", 0),
        ]
    )
    func malformed(text: String, index: Int) {
        #expect(throws: JSONError.malformed(at: index)) { try Self.parse(text) }
    }

    @Test("Refuses bytes that are not UTF-8")
    func encoding() {
        let bytes: [UInt8] = [0x22, 0xFF, 0x22]
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes.span) }
    }

    @Test("Takes nesting up to its bound, and stops at once beyond it")
    func depth() throws {
        let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(throws: Never.self) { try Self.parse(deep) }
        for opening in ["[", #"{"a":"#, #"[{"a":"#] {
            let text = String(repeating: opening, count: 100_000)
            #expect(throws: JSONError.tooDeep) { try Self.parse(text) }
            #expect(throws: JSONError.tooDeep) { try JSONOutline(of: Array((#"{"a":"# + text).utf8).span) }
        }
    }
}
