import JSON
import Testing

@Suite("JSON outline")
struct JSONOutlineTests {
    static func outline(_ text: String) throws(JSONError) -> JSONOutline { try JSONOutline(of: Array(text.utf8).span) }

    @Test("Finds the members where they stand")
    func members() throws {
        let text = #"{ "type" : "x" , "n\u0061me":"a\n","list":[1,{"type":"no"}] }"#
        let outline = try Self.outline(text)
        func slice(_ range: Range<Int>?) -> String? {
            range.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) }
        }
        #expect(outline.members.map(\.name) == ["type", "name", "list"])
        #expect(outline.members.map { slice($0.place) } == [#""x""#, #""a\n""#, #"[1,{"type":"no"}]"#])
        #expect(outline.members.map { slice($0.characters) } == ["x", nil, nil])
    }

    @Test("Gives the last of several members with one name, and none for a name that is not there")
    func names() throws {
        let outline = try Self.outline(#"{"a":"1","b":2,"a":"3"}"#)
        #expect(outline["a"]?.place.lowerBound == 19)
        #expect(outline["c"] == nil)
    }

    @Test("Tells what is no object from what is no JSON", arguments: ["[]", "7", #""{}""#, "null", "[{}]"])
    func notAnObject(text: String) {
        #expect(throws: JSONError.notAnObject) { try Self.outline(text) }
        #expect(throws: JSONError.malformed(at: text.utf8.count)) { try Self.outline(text + "x") }
    }

    @Test("Keeps no more than its bound of members, however many come")
    func bound() throws {
        func object(_ count: Int) -> String { "{" + (0..<count).map { #""\#($0)":0"# }.joined(separator: ",") + "}" }
        #expect(try Self.outline(object(64)).members.count == 64)
        #expect(throws: JSONError.tooManyMembers) { try Self.outline(object(65)) }
    }

    @Test(
        "Finds the elements of an array where they stand",
        arguments: [
            ("[]", []), (" [ 1 , [2,3],{\"a\":[]} ,\"x,]\"] ", ["1", "[2,3]", "{\"a\":[]}", "\"x,]\""]), ("7", []),
            ("{\"a\":1}", []),
        ]
    )
    func elements(text: String, expected: [String]) throws {
        let bytes = Array(text.utf8)
        let places = try JSONOutline.elements(of: bytes.span)
        #expect(places.map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
    }

    @Test("Finds no elements in what breaks the grammar, and only so many", arguments: ["[1", "[1,]", "[,1]", "[1 2]"])
    func brokenElements(text: String) {
        #expect(throws: JSONError.self) { try JSONOutline.elements(of: Array(text.utf8).span) }
        let many = "[" + String(repeating: "1,", count: JSONOutline.maximumMembers) + "1]"
        #expect(throws: JSONError.tooManyMembers) { try JSONOutline.elements(of: Array(many.utf8).span) }
    }
}
